import { availableParallelism } from 'node:os'
import { readFile } from 'node:fs/promises'
import { filterCases } from '../cases/filter-cases.js'
import { defaultLimits } from '../compare/limits.js'
import { ParityError } from '../errors.js'
import { soak, type Soaked } from '../run/soak.js'
import { formatSourceId, parseSourceId } from '../source-id.js'
import { makeSources } from '../sources/index.js'
import { transformers } from '../sources/transformers/index.js'
import { writeFileAtomically } from '../write-file.js'
import { commandLine } from './command-line.js'
import { formatSoak, listAlarms, summariseSoak } from './describe-soak.js'
import { parseCount, parseTimeouts } from './parse.js'
import { loadProject } from './project.js'
import { refuseFault } from './refuse-fault.js'

interface SoakOptions {
  readonly case?: readonly string[]
  readonly engine: string
  readonly count: string
  readonly seed: string
  readonly jobs?: string
  readonly timeout: string
  readonly write?: string
  readonly json?: true
}

/** `parity soak` */
export async function soakCommand(given: object): Promise<void> {
  const options = given as SoakOptions
  const started = performance.now()
  const engine = parseSourceId(options.engine)
  const sources = makeSources()
  sources.find(engine)
  const project = await loadProject()
  const cases = filterCases(project.cases, { case: options.case }).flatMap((item) =>
    'tokenizer' in item ? [] : [item],
  )
  if (cases.length === 0)
    throw new ParityError(
      'PARITY_USAGE',
      `--case ${(options.case ?? []).join(',')} stands for no case that an engine runs`,
      'Random prompts go through checkpoints; a tokenizer case has none.',
    )
  await requireTransformers()
  const processors = availableParallelism()
  const jobs = options.jobs === undefined ? Math.min(processors, 4) : parseCount('--jobs', options.jobs)
  const run = {
    ...project,
    sources,
    engines: [engine],
    reference: null,
    limits: defaultLimits,
    budget: { jobs, memory: Infinity },
    isNightly: true,
    threads: 1,
    timeouts: parseTimeouts(options.timeout),
    options: {},
    reproduce: () => '',
  }
  const [count, seed] = [parseCount('--count', options.count), parseCount('--seed', options.seed)]
  let done = 0
  const tell = (soaked: readonly Soaked[]) => {
    done += soaked.length
    if (options.json === true) return
    const [{ caseId }] = soaked
    process.stderr.write(`${done} comparisons, ${caseId} done, ${listAlarms(soaked).length} false alarms\n`)
  }
  const { signal } = new AbortController()
  const soaked = await refuseFault(() => soak({ run, engine, cases, count, seed }, signal, tell))
  const elapsedMs = Math.round(performance.now() - started)
  const page = formatSoak(soaked, defaultLimits, commandLine(), elapsedMs)
  if (options.write !== undefined) await writeInto(options.write, formatSourceId(engine), page)
  if (options.json === true) process.stdout.write(`${JSON.stringify(toDocument(soaked, seed, elapsedMs))}\n`)
  else process.stdout.write(page)
  if (listAlarms(soaked).length > 0) process.exitCode = 1
}

async function requireTransformers(): Promise<void> {
  const available = await transformers.check({ name: transformers.name })
  if (available.ok) return
  throw new ParityError('PARITY_SOURCE', `random prompts need transformers: ${available.why}`, available.fix)
}

const toDocument = (soaked: readonly Soaked[], seed: number, elapsedMs: number) => ({
  seed,
  limits: defaultLimits,
  elapsedMs,
  comparisons: soaked.length,
  nearTies: soaked.filter(({ outcome }) => outcome === 'near-tie').length,
  alarms: listAlarms(soaked),
  excess: summariseSoak(soaked),
})

/** Puts the page between `<!-- soak ENGINE -->` and `<!-- end -->` of a Markdown file. */
async function writeInto(file: string, engine: string, page: string): Promise<void> {
  const [begin, end] = [`<!-- soak ${engine} -->`, '<!-- end -->']
  const text = await readFile(file, 'utf8').catch(() => '')
  const start = text.indexOf(begin)
  const stop = text.indexOf(end, start)
  if (start === -1 || stop === -1)
    throw new ParityError(
      'PARITY_USAGE',
      `${file} has no place for these figures`,
      `Put '${begin}' and '${end}' into it.`,
    )
  await writeFileAtomically(file, `${text.slice(0, start + begin.length)}\n\n${page}\n${text.slice(stop)}`)
}
