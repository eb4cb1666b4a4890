import type { Verdict } from '../types.js'
import { blankVerdict } from './blank-verdict.js'
import type { Reached } from './reporter.js'
import { splitKey } from './verdict-key.js'

/**
 * The verdict on a cell that a shard was to give and did not: the machine's fault. `shard` is written 2/4, `file` is its
 * report, if there is one. The engine is called what other cells that ask for it found it to be, so that it stands in the
 * same column; the reference is that of the case's other cells, or the only one of the run.
 */
export function makeLostVerdict(
  cell: string,
  shard: string,
  file: string | null,
  reached: readonly Reached[],
): Verdict {
  const { caseId, engine: asked } = splitKey(cell)
  const ofCase = reached.find(({ verdict }) => verdict.caseId === caseId)
  const references = [...new Set(reached.map(({ verdict }) => verdict.reference))]
  const alike = reached.find((other) => splitKey(other.cell).engine === asked)?.verdict
  return {
    ...blankVerdict,
    caseId,
    engine: alike?.engine ?? asked,
    reference: ofCase?.verdict.reference ?? (references.length === 1 ? references[0] : 'unknown'),
    outcome: 'error',
    fault: 'infrastructure',
    reason:
      file === null
        ? `shard ${shard} is lost: no report of it was given`
        : `shard ${shard} was cut short: ${file} has no verdict on this`,
    hint: `Run shard ${shard} again and merge all shards.`,
    // A tokenizer case runs without an engine.
    reproduce: `npx parity run --case ${caseId}${asked === 'tokenizers' ? '' : ` --engine ${asked}`}`,
    elapsedMs: 0,
  }
}
