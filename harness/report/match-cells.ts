import { isSourceId, matchesSourceId, parseSourceId } from '../source-id.js'
import type { Verdict } from '../types.js'
import type { Reached } from './reporter.js'
import { splitKey } from './verdict-key.js'

export interface MatchedCells {
  /** In the order of the cells. */
  readonly reached: readonly Reached[]
  /** Cells without a verdict. */
  readonly missing: readonly string[]
  /** Verdicts without a cell: of another plan, or a second one on the same cell. */
  readonly surplus: readonly Verdict[]
}

/**
 * Finds the verdict of each cell. A cell names its engine as it was asked for, `onnxruntime`, a verdict as it ran,
 * `onnxruntime:cpu/float32`; so the cells that ask for most choose first.
 */
export function matchCells(cells: readonly string[], verdicts: readonly Verdict[]): MatchedCells {
  const left = new Set(verdicts)
  const found = new Map<string, Verdict>()
  for (const cell of [...cells].sort((a, b) => countParts(b) - countParts(a))) {
    const verdict = [...left].find((candidate) => isOn(cell, candidate))
    if (verdict === undefined) continue
    found.set(cell, verdict)
    left.delete(verdict)
  }
  return {
    reached: cells.flatMap((cell) => {
      const verdict = found.get(cell)
      return verdict === undefined ? [] : [{ cell, verdict }]
    }),
    missing: cells.filter((cell) => !found.has(cell)),
    surplus: [...left],
  }
}

const countParts = (cell: string) => splitKey(cell).engine.split(/[@:/]/).length

function isOn(cell: string, verdict: Verdict): boolean {
  const { caseId, engine } = splitKey(cell)
  if (caseId !== verdict.caseId || !isSourceId(engine) || !isSourceId(verdict.engine)) return false
  const { version, ...asked } = parseSourceId(engine)
  const { engineVersion } = verdict
  const isVersion = version === undefined || engineVersion === null || version === engineVersion
  return isVersion && matchesSourceId(asked, parseSourceId(verdict.engine))
}
