import { isDeepStrictEqual } from 'node:util'
import { prepareCase } from '../cases/prepare-case.js'
import { identify } from '../checkpoint/identity.js'
import { readJsonl } from '../report/read-jsonl.js'
import type { Reached } from '../report/reporter.js'
import { isTokenizerCase, nameOfCell, type Cell } from '../run/cells.js'
import type { RunPlan } from '../run/plan.js'
import { nameReference } from '../run/reference.js'
import { formatSourceId, matchesSourceId, parseSourceId } from '../source-id.js'
import { checkSource } from '../sources/check-source.js'
import type { PreparedCase, SourceId, Verdict } from '../types.js'
import { toolVersion } from './tool-version.js'
import { withFetchLine } from './with-fetch-line.js'

type ModelCell = Exclude<Cell, { readonly engine: null }>

/**
 * Of the verdicts in `file`, those that a run of `cells` need not reach again, in the order of the cells. A verdict is
 * kept where the harness, engine, reference, limits, checkpoint, prompts and declared divergences are what they were, and
 * the machine did not fail. Tokenizer cases take no longer to run than to check, and run again.
 *
 * @throws ParityError PARITY_REPORT for a file of something else
 */
export async function keepVerdicts(
  file: string,
  plan: RunPlan,
  cells: readonly Cell[],
  isQuiet: boolean,
): Promise<Reached[]> {
  const { start, reached } = await readJsonl(file)
  if (start.toolVersion !== toolVersion) return []
  const verdicts = new Map(reached.map(({ cell, verdict }) => [cell, verdict]))
  const prepare = rememberPrepared(isQuiet)
  const kept: Reached[] = []
  for (const cell of cells) {
    const name = nameOfCell(cell)
    const verdict = verdicts.get(name)
    if (verdict === undefined || !isModelCell(cell)) continue
    if (await isUnchanged(plan, cell, verdict, prepare)) kept.push({ cell: name, verdict })
  }
  return kept
}

const isModelCell = (cell: Cell): cell is ModelCell => !isTokenizerCase(cell.item)

/** A case is prepared once for all engines. */
function rememberPrepared(isQuiet: boolean): (item: ModelCell['item']) => Promise<PreparedCase> {
  const prepared = new Map<string, PreparedCase>()
  return async (item) => {
    const found =
      prepared.get(item.id) ??
      (await withFetchLine(isQuiet, (progress) => prepareCase(item, new AbortController().signal, progress)))
    prepared.set(item.id, found)
    return found
  }
}

async function isUnchanged(
  plan: RunPlan,
  { item, engine }: ModelCell,
  verdict: Verdict,
  prepare: (item: ModelCell['item']) => Promise<PreparedCase>,
): Promise<boolean> {
  if (verdict.outcome === 'skipped' || verdict.fault === 'infrastructure') return false
  // Names the prompts of --checkpoint, the reference that was asked for and a planted defect.
  if (verdict.reproduce !== plan.reproduce(item.id, formatSourceId(engine))) return false
  if (verdict.limits !== null && !isDeepStrictEqual(verdict.limits, plan.limits)) return false
  if (isDeclared(item, engine, verdict) !== (verdict.outcome === 'known' || verdict.outcome === 'fixed')) return false
  const available = await checkSource(plan.sources.find(engine), engine)
  if (!available.ok || (verdict.engineVersion !== null && available.version !== verdict.engineVersion)) return false
  const prepared = await prepare(item)
  return (
    isOnPrompts(prepared, verdict) &&
    isDeepStrictEqual(verdict.checkpoint, await identify(prepared.folder)) &&
    verdict.reference === (await nameReference(plan, prepared))
  )
}

/** Whether the case declares a divergence of the engine. */
function isDeclared({ known = [] }: ModelCell['item'], asked: SourceId, { engine, engineVersion }: Verdict): boolean {
  const resolved = { ...asked, ...parseSourceId(engine), version: engineVersion ?? undefined }
  return known.some((divergence) => matchesSourceId(parseSourceId(divergence.engine), resolved))
}

/** Whether what was compared is what the case asks for now, as far as evidence tells. */
function isOnPrompts({ prompts, generate }: PreparedCase, { evidence }: Verdict): boolean {
  if (evidence === null) return true
  const before = evidence.prompts.map(({ prompt, tokens, steps }) => ({ id: prompt, tokens, generate: steps.length }))
  return isDeepStrictEqual(
    before,
    prompts.map(({ id, tokens }) => ({ id, tokens, generate })),
  )
}
