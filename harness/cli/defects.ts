import { availableParallelism } from 'node:os'
import { matchesPattern } from '../cases/filter-cases.js'
import { loadDefects } from '../cases/load-defects.js'
import { defaultLimits } from '../compare/limits.js'
import type { Defect } from '../defect.js'
import { ParityError } from '../errors.js'
import { leastShare, scoreBisections } from '../run/score-bisections.js'
import { plantDefects, type Planted } from '../run/plant-defects.js'
import { formatSourceId, parseSourceId } from '../source-id.js'
import { makeSources } from '../sources/index.js'
import { describePlanted, formatPlanted } from './describe-planted.js'
import { parseCount, parseTimeouts } from './parse.js'
import { loadProject } from './project.js'
import { refuseFault } from './refuse-fault.js'

interface DefectsOptions {
  readonly filter?: readonly string[]
  readonly engine: string
  readonly generate?: string
  readonly jobs?: string
  readonly bisect?: true
  readonly timeout: string
  readonly json?: true
}

/** `parity defects` */
export async function defectsCommand(given: object): Promise<void> {
  const options = given as DefectsOptions
  const started = performance.now()
  const engine = parseEngine(options.engine)
  const defects = chooseDefects(await loadDefects(), options.filter ?? [])
  const project = await loadProject()
  const processors = availableParallelism()
  const jobs = options.jobs === undefined ? Math.min(processors, 4) : parseCount('--jobs', options.jobs)
  const run = {
    ...project,
    sources: makeSources(),
    engines: [engine],
    reference: null,
    limits: defaultLimits,
    budget: { jobs, memory: Infinity },
    isNightly: true,
    threads: Math.max(1, Math.floor(processors / jobs)),
    timeouts: parseTimeouts(options.timeout),
    options: {},
    reproduce: () => '',
  }
  const generate = options.generate === undefined ? null : parseCount('--generate', options.generate)
  const total = defects.reduce((sum, { on }) => sum + on.length, 0)
  let done = 0
  const tell = (planted: Planted) => {
    done++
    if (options.json !== true) process.stderr.write(`[${done}/${total}] ${describePlanted(planted)}\n`)
  }
  const { signal } = new AbortController()
  const planted = await refuseFault(() =>
    plantDefects({ run, engine, defects, generate, bisects: options.bisect === true }, signal, tell),
  )
  const elapsedMs = Math.round(performance.now() - started)
  if (options.json === true) process.stdout.write(`${JSON.stringify(toDocument(planted, options, elapsedMs))}\n`)
  else process.stdout.write(formatPlanted(planted, formatSourceId(engine), elapsedMs))
  const score = scoreBisections(planted)
  if (planted.some(({ isMissed }) => isMissed) || (score !== null && score.share < leastShare)) process.exitCode = 1
}

function parseEngine(text: string) {
  const engine = parseSourceId(text)
  if (engine.name === 'onnxruntime') return makeSources().find(engine) && engine
  throw new ParityError('PARITY_USAGE', `a defect cannot be planted in ${text}`, 'Only in onnxruntime.')
}

function chooseDefects(all: readonly Defect[], patterns: readonly string[]): Defect[] {
  const chosen = all.filter(
    ({ id }) => patterns.length === 0 || patterns.some((pattern) => matchesPattern(pattern, id)),
  )
  if (chosen.length > 0) return chosen
  const known = all.map(({ id }) => id).join(', ')
  throw new ParityError('PARITY_USAGE', `no defect matches ${patterns.join(', ')}`, `Known defects: ${known}.`)
}

/** Numbers without end are spelt `"Infinity"`, as everywhere in JSON here. */
function toDocument(planted: readonly Planted[], { engine, generate }: DefectsOptions, elapsedMs: number): object {
  return {
    engine,
    limits: defaultLimits,
    generate: generate === undefined ? null : Number(generate),
    elapsedMs,
    caught: planted.filter(({ isCaught }) => isCaught).length,
    missed: planted.filter(({ isMissed }) => isMissed).map(({ defect }) => defect.id),
    bisected: scoreBisections(planted),
    planted: planted.map(({ defect, effect, ...rest }) => ({
      id: defect.id,
      where: defect.where,
      ...rest,
      effect: effect === null || Number.isFinite(effect) ? effect : String(effect),
    })),
  }
}
