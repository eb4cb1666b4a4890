import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadCases, type LoadedCase } from '../cases/load-cases.js'
import { packageRoot } from '../package-root.js'

/** Cases, and the recorded traces that belong to them. */
export interface Project {
  readonly cases: readonly LoadedCase[]
  /** Folder of the recorded traces. */
  readonly recordings: string
}

/** The project in the current folder, or where that has no `cases`, the one that this package brings along. */
export async function loadProject(): Promise<Project> {
  const root = existsSync('cases') ? process.cwd() : packageRoot
  return { cases: await loadCases(join(root, 'cases')), recordings: join(root, 'references/recorded') }
}
