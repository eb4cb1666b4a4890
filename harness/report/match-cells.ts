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
  const left = [...verdicts]
  const found = new Map<string, Verdict>()
  const asked = cells.map((cell) => ({ cell, ...splitKey(cell) }))
  for (const { cell, caseId, engine } of asked.sort((a, b) => countParts(b.engine) - countParts(a.engine))) {
    const at = left.findIndex((verdict) => verdict.caseId === caseId && isOn(engine, verdict))
    if (at === -1) continue
    found.set(cell, left[at])
    left.splice(at, 1)
  }
  return {
    reached: cells.flatMap((cell) => {
      const verdict = found.get(cell)
      return verdict === undefined ? [] : [{ cell, verdict }]
    }),
    missing: cells.filter((cell) => !found.has(cell)),
    surplus: left,
  }
}

const countParts = (engine: string) => engine.split(/[@:/]/).length

function isOn(engine: string, verdict: Verdict): boolean {
  if (!isSourceId(engine) || !isSourceId(verdict.engine)) return false
  const { version, ...asked } = parseSourceId(engine)
  const { engineVersion } = verdict
  const isVersion = version === undefined || engineVersion === null || version === engineVersion
  return isVersion && matchesSourceId(asked, parseSourceId(verdict.engine))
}
