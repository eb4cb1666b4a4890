import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ParityError } from '../errors.js'
import { importFile } from '../import-file.js'
import type { MakeReporter } from './reporter.js'
import { isReporterName, reporters } from './reporters.js'

/** A reporter as it was asked for. */
export interface NamedReporter {
  readonly name: string
  readonly makeReporter: MakeReporter
}

const hint = 'A module of yours exports a function as default that takes a context and gives a reporter.'

/**
 * Loads each reporter once, in the order in which they were asked for: built-in ones by name, others by the path of a
 * module.
 *
 * @throws ParityError PARITY_REPORTER where there is no such reporter, or a module has none
 */
export const loadReporters = (names: readonly string[]): Promise<NamedReporter[]> =>
  Promise.all(
    [...new Set(names)].map(async (name) => ({
      name,
      makeReporter: isReporterName(name) ? await reporters[name]() : await loadModule(name),
    })),
  )

async function loadModule(path: string): Promise<MakeReporter> {
  if (!/[\\/]|\.[cm]?[jt]s$/.test(path))
    throw new ParityError(
      'PARITY_REPORTER',
      `there is no reporter '${path}'`,
      `Reporters: ${Object.keys(reporters).join(', ')}, or the path of a module of yours.`,
    )
  const file = resolve(path)
  if (!existsSync(file)) throw new ParityError('PARITY_REPORTER', `the reporter ${path} does not exist`, hint)
  const content = await importFile(file, 'PARITY_REPORTER', hint)
  if (typeof content === 'function') return content as MakeReporter
  throw new ParityError('PARITY_REPORTER', `the default export of the reporter ${path} is not a function`, hint)
}
