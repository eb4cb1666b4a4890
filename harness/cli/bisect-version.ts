import { loadConfig } from '../config/load-config.js'
import { settingsOf, settle } from '../config/settle.js'
import { ParityError } from '../errors.js'
import { printable } from '../prompt/printable.js'
import { run, type RunPlan } from '../run.js'
import { bisectVersions, type Bisection, type Probe } from '../run/bisect-versions.js'
import { formatSourceId, parseSourceId } from '../source-id.js'
import { makeSources } from '../sources/index.js'
import type { Source } from '../sources/source.js'
import type { SourceId, Verdict } from '../types.js'
import { chooseOneCase } from './choose-one-case.js'
import { formatBisection, type VersionProbe } from './format-bisection.js'
import { listVersions } from './list-versions.js'
import { makePlan } from './make-plan.js'
import { loadProject } from './project.js'

interface BisectVersionOptions {
  readonly engine: string
  readonly good: string
  readonly bad: string
  readonly case: readonly string[]
  readonly versions?: readonly string[]
  readonly reference?: string
  readonly timeout?: string
  readonly config?: string
  readonly json?: true
}

/** `parity bisect-version` */
export async function bisectVersionCommand(given: object): Promise<void> {
  const options = given as BisectVersionOptions
  const isJson = options.json === true
  const config = await loadConfig(options.config)
  const sources = makeSources(config?.values.sources)
  const id = parseSourceId(options.engine)
  const source = sources.find(id)
  if (id.version !== undefined)
    throw new ParityError(
      'PARITY_USAGE',
      `--engine ${options.engine} names a version`,
      '--good and --bad name the versions.',
    )
  const versions = await listVersions(source, options)
  const { case: patterns, reference, timeout } = options
  const settled = settle({ reference, timeout }, process.env, config)
  const project = await loadProject(settingsOf(settled))
  const item = chooseOneCase(project.cases, patterns)
  const plan = await makePlan({ generate: '0', config: options.config }, settled, project, [item], sources)

  const probes: VersionProbe[] = []
  const oldest = versions[0] === options.good ? 'good' : 'bad'
  const bisection = await bisectVersions(versions, oldest, async (version) => {
    process.stderr.write(`${id.name} ${version} …\n`)
    const probe = await probeVersion(plan, source, { ...id, version }, version)
    process.stderr.write(`${id.name} ${version}: ${probe.outcome}: ${printable(probe.reason)}\n`)
    probes.push(probe)
    return probe
  })
  refuseEnd(id, bisection)
  const order = (probe: VersionProbe) => versions.indexOf(probe.version)
  const asked = probes.sort((left, right) => order(left) - order(right))
  const facts = { engine: id, caseId: item.id, versions, asked, bisection }
  process.stdout.write(formatBisection(facts, isJson))
  if (bisection.between.length > 0) process.exitCode = 1
}

/** Installs a version and asks for its verdict. What fails on the way to one makes the version untestable. */
async function probeVersion(plan: RunPlan, source: Source, id: SourceId, version: string): Promise<VersionProbe> {
  try {
    await source.install?.(version)
  } catch (error) {
    if (!ParityError.is(error)) throw error
    return { version, standing: 'untestable', outcome: 'not installed', reason: error.message, verdict: null }
  }
  for await (const event of run(
    { ...plan, engines: [id], isEngineNamed: true, isNightly: true },
    new AbortController().signal,
  )) {
    if (event.type !== 'verdict') continue
    const { verdict } = event
    const { outcome, reason } = verdict
    return { version, standing: standingOf(verdict), outcome, reason, verdict }
  }
  throw new Error(`${formatSourceId(id)} got no verdict`)
}

/** A declared divergence is a divergence all the same, and one that is gone is none. */
function standingOf({ outcome, fault }: Verdict): Probe['standing'] {
  if (outcome === 'skipped' || fault === 'infrastructure') return 'untestable'
  return outcome === 'pass' || outcome === 'near-tie' || outcome === 'fixed' ? 'good' : 'bad'
}

function refuseEnd(
  { name }: SourceId,
  bisection: Bisection<VersionProbe>,
): asserts bisection is Extract<Bisection<VersionProbe>, { kind: 'found' }> {
  if (bisection.kind === 'found') return
  const { end, said } = bisection
  const { version, standing, outcome, reason } = end
  if (standing === 'untestable')
    throw new ParityError(
      'PARITY_SOURCE',
      `${name} ${version}, said to be ${said}, cannot be tested: ${reason}`,
      end.verdict?.hint ?? `Name another version with --${said}.`,
    )
  throw new ParityError(
    'PARITY_USAGE',
    `${name} ${version} is said to be ${said}, but is ${standing} (${outcome}): ${reason}`,
    `Name a version with --${said} that is.`,
  )
}
