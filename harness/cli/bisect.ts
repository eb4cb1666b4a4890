import { prepareCase } from '../cases/prepare-case.js'
import { loadDefects } from '../cases/load-defects.js'
import { loadConfig } from '../config/load-config.js'
import { settingsOf, settle } from '../config/settle.js'
import type { Defect } from '../defect.js'
import { ParityError } from '../errors.js'
import { bisectLayers } from '../run/bisect.js'
import { bisectByLogits } from '../run/bisect-by-logits.js'
import { Yardsticks } from '../run/bisect-yardstick.js'
import type { RunPlan } from '../run/plan.js'
import { openEngine } from '../run/see-engine.js'
import { withSession } from '../run/with-session.js'
import { parseSourceId } from '../source-id.js'
import { checkSource } from '../sources/check-source.js'
import { makeSources } from '../sources/index.js'
import type { PreparedCase, SourceId } from '../types.js'
import { chooseOneCase } from './choose-one-case.js'
import { formatLogitBisection, toLogitDocument } from './format-logit-bisection.js'
import { formatPoints } from './format-points.js'
import { makePlan } from './make-plan.js'
import { loadProject } from './project.js'
import { refuseFault } from './refuse-fault.js'

/** What an error is looked for in. */
type By = 'layers' | 'prompt' | 'hypothesis'

interface BisectOptions {
  readonly engine: string
  readonly case: readonly string[]
  readonly by?: By
  readonly defect?: string
  readonly reference?: string
  readonly jobs?: string
  readonly timeout?: string
  readonly config?: string
  readonly json?: true
}

/** What a bisection came to. */
interface Found {
  readonly isFound: boolean
  readonly text: string
  readonly document: object
}

/** `parity bisect` */
export async function bisectCommand(given: object): Promise<void> {
  const options = given as BisectOptions
  const config = await loadConfig(options.config)
  const sources = makeSources(config?.values.sources)
  const engine = parseSourceId(options.engine)
  const { reference, timeout, jobs, defect } = options
  const settled = settle({ engine: [options.engine], reference, timeout, jobs }, process.env, config)
  const project = await loadProject(settingsOf(settled))
  const only = chooseOneCase(project.cases, options.case)
  const plan = await makePlan({ generate: '0', config: options.config, defect }, settled, project, [only], sources)
  const available = await checkSource(sources.find(engine), engine)
  if (!available.ok)
    throw new ParityError('PARITY_SOURCE', `${options.engine} cannot run here: ${available.why}`, available.fix)
  const { signal } = new AbortController()
  const item = await prepareCase(only, signal, () => undefined)
  const found = await refuseFault(() => bisect(plan, item, engine, options.by, signal))
  process.stdout.write(options.json === true ? `${JSON.stringify(spell(found.document))}\n` : found.text)
  if (found.isFound) process.exitCode = 1
}

async function bisect(
  plan: RunPlan,
  item: PreparedCase,
  engine: SourceId,
  by: By | undefined,
  signal: AbortSignal,
): Promise<Found> {
  if (by === 'layers' || (by === undefined && (await givesLayers(plan, item, engine, signal)))) {
    const found = await bisectLayers({ plan, item, engine, yardsticks: new Yardsticks(plan) }, signal)
    return { isFound: found.found !== null, text: formatPoints(found), document: found }
  }
  const defects = by === 'prompt' ? null : await loadDefects()
  const byPrompt = by !== 'hypothesis'
  const found = await bisectByLogits({ plan, item, engine, byPrompt, defects, onTried: tell }, signal)
  return { isFound: found.failure !== null, text: formatLogitBisection(found), document: toLogitDocument(found) }
}

/** Only an open engine says for sure what it gives. */
async function givesLayers(plan: RunPlan, item: PreparedCase, engine: SourceId, signal: AbortSignal): Promise<boolean> {
  const session = await openEngine({ plan, engine }, item, signal)
  return withSession(session, ({ source }) => Promise.resolve(source.gives.includes('layers')))
}

function tell(done: number, total: number, { id }: Defect): void {
  process.stderr.write(`[${done}/${total}] ${id}\n`)
}

/** JSON has no infinity and no NaN. */
const spell = (value: object): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, one: unknown) => (typeof one === 'number' && !Number.isFinite(one) ? String(one) : one)),
  )
