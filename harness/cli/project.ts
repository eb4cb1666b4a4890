import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { loadCases, type LoadedCase } from '../cases/load-cases.js'
import { loadConfig } from '../config/load-config.js'
import { settle, settingsOf } from '../config/settle.js'
import type { RunSettings } from '../config/settings.js'
import { ParityError } from '../errors.js'

/** Cases, and the recorded traces that belong to them. */
export interface Project {
  readonly cases: readonly LoadedCase[]
  /** Folder of the recorded traces. */
  readonly recordings: string
}

/**
 * The project of the settings; without them, of the variables and the config in the current folder.
 *
 * @throws ParityError PARITY_CONFIG if the cases' folder does not exist
 */
export async function loadProject(settings?: Pick<RunSettings, 'cases' | 'recordings'>): Promise<Project> {
  const { cases, recordings } = settings ?? settingsOf(settle({}, process.env, await loadConfig()))
  if (!existsSync(cases))
    throw new ParityError('PARITY_CONFIG', `there is no folder ${cases}`, 'parity config shows who named it.')
  return { cases: await loadCases(resolve(cases)), recordings: resolve(recordings) }
}
