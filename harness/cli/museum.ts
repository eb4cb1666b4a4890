import { availableParallelism } from 'node:os'
import Table from 'cli-table3'
import pLimit from 'p-limit'
import { filterCases } from '../cases/filter-cases.js'
import { loadConfig } from '../config/load-config.js'
import { settingsOf, settle } from '../config/settle.js'
import { ParityError } from '../errors.js'
import { parseSourceId } from '../source-id.js'
import { makeSources, type Sources } from '../sources/index.js'
import type { Verdict } from '../types.js'
import { writeFileAtomically } from '../write-file.js'
import { makePlan } from './make-plan.js'
import { museumPage } from './museum/museum-page.js'
import { isExhibit, visitExhibit, type ExhibitCase, type Visit } from './museum/visit-exhibit.js'
import { loadProject } from './project.js'

interface MuseumOptions {
  readonly case?: readonly string[]
  readonly require?: true
  readonly install?: true
  readonly write?: string
  readonly json?: true
}

/** `parity museum` */
export async function museumCommand(given: object): Promise<void> {
  const options = given as MuseumOptions
  const config = await loadConfig()
  const settled = settle({}, process.env, config)
  const sources = makeSources(config?.values.sources)
  const project = await loadProject(settingsOf(settled))
  const exhibits = filterCases(project.cases, { case: options.case, suite: ['museum'] }).filter(isExhibit)
  if (exhibits.length === 0)
    throw new ParityError('PARITY_USAGE', 'no case has an exhibit', 'The museum is the suite of that name.')
  if (options.install === true) await installEngines(exhibits, sources)

  const plan = await makePlan({ generate: '0' }, settled, project, exhibits, sources)
  // What an exhibit costs is to start programs, so that two at once on each processor are too many.
  const limit = pLimit(Math.min(availableParallelism(), 4))
  const one = { ...plan, budget: { ...plan.budget, jobs: 1 }, threads: 1 }
  const { signal } = new AbortController()
  const visits = await Promise.all(exhibits.map((item) => limit(visitExhibit, one, item, signal)))

  if (options.write !== undefined) await writeFileAtomically(options.write, museumPage(visits))
  process.stdout.write(options.json === true ? `${JSON.stringify(document(visits))}\n` : formatText(visits))
  process.exitCode = decideExitCode(visits, options)
}

/** Makes the environment of every engine that has one. */
async function installEngines(exhibits: readonly ExhibitCase[], sources: Sources): Promise<void> {
  for (const { engine, options } of exhibits.flatMap(({ exhibit }) => [exhibit.wrong, exhibit.right])) {
    const id = parseSourceId(engine)
    await sources.find(id).install?.(id.version, options)
  }
}

function decideExitCode(visits: readonly Visit[], { require }: MuseumOptions): 0 | 1 | 3 {
  if (visits.some(({ isBad }) => isBad)) return 1
  return require === true && visits.some(({ skipped }) => skipped) ? 3 : 0
}

const document = (visits: readonly Visit[]) => ({
  ...count(visits),
  page: museumPage(visits),
  exhibits: visits.map(({ item, wrong, right, skipped, caught, clean }) => ({
    case: item.id,
    title: item.exhibit.title,
    link: item.exhibit.link,
    skipped,
    caught,
    clean,
    wrong,
    right,
  })),
})

const count = (visits: readonly Visit[]) => ({
  of: visits.length,
  caught: visits.filter(({ caught }) => caught).length,
  clean: visits.filter(({ clean }) => clean).length,
  skipped: visits.filter(({ skipped }) => skipped).length,
})

function formatText(visits: readonly Visit[]): string {
  const table = new Table({ head: ['exhibit', 'wrong', 'right', ''], style: { head: [], border: [] } })
  for (const visit of visits) {
    const { item, wrong, right } = visit
    table.push([
      item.exhibit.title,
      `${item.exhibit.wrong.engine}: ${wrong.outcome}`,
      `${item.exhibit.right.engine}: ${right.outcome}`,
      judge(visit),
    ])
  }
  const { of, caught, clean, skipped } = count(visits)
  const sentence = `${caught} of ${of} caught with the right reason, ${clean} of ${of} clean`
  return [
    table.toString(),
    '',
    ...visits.flatMap(describe),
    `${sentence}${skipped === 0 ? '' : `, ${skipped} skipped`}`,
    '',
  ].join('\n')
}

function judge({ wrong, right, skipped, caught, clean, isBad }: Omit<Visit, 'item'>): string {
  if (skipped && !isBad) return 'skipped'
  return [
    wrong.outcome === 'skipped' ? 'skipped' : caught ? 'caught' : 'NOT CAUGHT',
    right.outcome === 'skipped' ? 'skipped' : clean ? 'clean' : 'NOT CLEAN',
  ].join(', ')
}

function describe({ item, wrong, right, caught, clean, skipped }: Visit): string[] {
  const told = [...(caught && skipped ? [] : [wrong]), ...(clean ? [] : [right])]
  const { outcome, says, layer } = item.exhibit
  const from = layer === undefined ? '' : `, beyond the noise from layer ${layer} on`
  const wanted = caught || wrong.outcome === 'skipped' ? [] : [`  wanted: ${outcome} that says /${says}/${from}`]
  return [item.id, ...told.flatMap(sentences), ...wanted, '']
}

const sentences = ({ engine, outcome, reason, hint }: Verdict) => [
  `  ${outcome} on ${engine}: ${reason}`,
  ...(hint === undefined ? [] : [`  hint: ${hint}`]),
]
