import type { RunSettings } from '../config/settings.js'
import { listCells, nameOfCell } from '../run.js'
import { parseSourceId } from '../source-id.js'
import type { Project } from './project.js'

/** Whether a run had to do all that `parity run` does here without a flag, so that what is missing from it is gone. */
export function isWholeRun({ cases }: Project, settings: RunSettings, names: readonly string[]): boolean {
  const plain = listCells({
    cases: cases.filter(({ suite = 'default' }) => suite === 'default'),
    engines: settings.engines.map(parseSourceId),
    isNightly: settings.nightly,
  })
  return plain.cells.every((cell) => names.includes(nameOfCell(cell)))
}
