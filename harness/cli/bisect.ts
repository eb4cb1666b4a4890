import { prepareCase } from '../cases/prepare-case.js'
import { loadConfig } from '../config/load-config.js'
import { settingsOf, settle } from '../config/settle.js'
import { ParityError } from '../errors.js'
import { bisectLayers } from '../run/bisect.js'
import { Yardsticks } from '../run/bisect-yardstick.js'
import { parseSourceId } from '../source-id.js'
import { makeSources } from '../sources/index.js'
import { chooseOneCase } from './choose-one-case.js'
import { formatPoints } from './format-points.js'
import { makePlan } from './make-plan.js'
import { loadProject } from './project.js'
import { refuseFault } from './refuse-fault.js'

interface BisectOptions {
  readonly engine: string
  readonly case: readonly string[]
  readonly defect?: string
  readonly reference?: string
  readonly timeout?: string
  readonly config?: string
  readonly json?: true
}

/** `parity bisect` */
export async function bisectCommand(given: object): Promise<void> {
  const options = given as BisectOptions
  const config = await loadConfig(options.config)
  const sources = makeSources(config?.values.sources)
  const engine = parseSourceId(options.engine)
  const { reference, timeout, defect } = options
  const settled = settle({ engine: [options.engine], reference, timeout }, process.env, config)
  const project = await loadProject(settingsOf(settled))
  const only = chooseOneCase(project.cases, options.case)
  const plan = await makePlan({ generate: '0', config: options.config, defect }, settled, project, [only], sources)
  const available = await sources.find(engine).check(engine)
  if (!available.ok)
    throw new ParityError('PARITY_SOURCE', `${options.engine} cannot run here: ${available.why}`, available.fix)
  const { signal } = new AbortController()
  const item = await prepareCase(only, signal, () => undefined)
  const yardsticks = new Yardsticks(plan)
  const found = await refuseFault(() => bisectLayers({ plan, item, engine, yardsticks }, signal))
  process.stdout.write(options.json === true ? `${JSON.stringify(spell(found))}\n` : formatPoints(found))
  if (found.found !== null) process.exitCode = 1
}

/** JSON has no infinity and no NaN. */
const spell = (value: object): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, one: unknown) => (typeof one === 'number' && !Number.isFinite(one) ? String(one) : one)),
  )
