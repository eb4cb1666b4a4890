import { availableParallelism } from 'node:os'
import type { LoadedCase } from '../cases/load-cases.js'
import { findDefect } from '../cases/load-defects.js'
import { defaultLimits } from '../compare/limits.js'
import { settingsOf, type SettledSettings } from '../config/settle.js'
import { ParityError } from '../errors.js'
import type { RunPlan } from '../run.js'
import { freeMemory } from '../run/estimate-memory.js'
import { formatSourceId, parseSourceId } from '../source-id.js'
import type { Sources } from '../sources/index.js'
import type { SourceId } from '../types.js'
import { parseTimeouts } from './parse.js'
import type { Project } from './project.js'
import { formatReproduce } from './format-reproduce.js'
import type { RunOptions } from './run-options.js'

/** What the cases are run with. An engine named by flag also takes what they leave to the nightly run. */
export async function makePlan(
  options: RunOptions,
  settled: SettledSettings,
  { recordings }: Project,
  cases: readonly LoadedCase[],
  sources: Sources,
): Promise<RunPlan> {
  const settings = settingsOf(settled)
  const engines = settings.engines.map(parseSourceId)
  const reference = settings.reference === null ? null : parseSourceId(settings.reference)
  const processors = availableParallelism()
  const jobs = settings.jobs ?? Math.min(processors, 4)
  return {
    cases,
    sources,
    engines,
    reference,
    recordings,
    limits: defaultLimits,
    arbitrates: true,
    oracleMinutes: settings.oracleMinutes,
    budget: { jobs, memory: settings.memory === null ? freeMemory() : settings.memory * 2 ** 30 },
    isEngineNamed: settled.engines.from === 'flag',
    isNightly: settings.nightly || settled.engines.from === 'flag',
    threads: Math.max(1, Math.floor(processors / jobs)),
    timeouts: parseTimeouts(String(settings.timeout)),
    options: await plantDefect(options.defect, engines),
    reproduce: (caseId, engine) => formatReproduce(options, settings.reference, caseId, engine),
  }
}

/** Option of the built-in engine, which alone can be made wrong on purpose. */
async function plantDefect(name: string | undefined, engines: readonly SourceId[]): Promise<Record<string, unknown>> {
  if (name === undefined) return {}
  const { plant } = await findDefect(name)
  const other = engines.find((engine) => engine.name !== 'onnxruntime')
  if (other === undefined) return { defect: plant }
  throw new ParityError(
    'PARITY_USAGE',
    `a defect cannot be planted in ${formatSourceId(other)}`,
    'Only in onnxruntime.',
  )
}
