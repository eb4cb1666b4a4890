import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import { ParityError } from '../errors.js'
import { importFile } from '../import-file.js'
import { configSchema, type Config } from './config-schema.js'
import { findNearestName } from './nearest-name.js'
import { settingNames, settings, type Setting } from './settings.js'
import { moveAliases } from './source-aliases.js'

export interface LoadedConfig {
  /** As it was found or named. */
  readonly file: string
  /** Paths are relative to the current folder, or absolute. */
  readonly values: Config
}

const names = ['ts', 'js', 'mjs', 'json'].map((ending) => `parity.config.${ending}`)
const hint = 'docs/config.md lists the settings.'

/**
 * Loads `file`, or else the config in the current folder; null if there is none.
 *
 * @throws ParityError PARITY_CONFIG naming file and field
 */
export async function loadConfig(file?: string): Promise<LoadedConfig | null> {
  const found = file ?? findConfig()
  if (found === null) return null
  if (!existsSync(found)) throw new ParityError('PARITY_CONFIG', `there is no file ${found}`, '--config names a file.')
  const content = await importFile(resolve(found), 'PARITY_CONFIG', 'A config file exports its settings as default.')
  return { file: found, values: moveFrom(dirname(found), check(found, content)) }
}

/** @throws ParityError PARITY_CONFIG where there are two */
function findConfig(): string | null {
  const found = names.filter((name) => existsSync(name))
  if (found.length < 2) return found[0] ?? null
  throw new ParityError('PARITY_CONFIG', `there is both ${found[0]} and ${found[1]}`, 'Keep one of them.')
}

function check(file: string, content: unknown): Config {
  const parsed = configSchema.safeParse(content)
  if (parsed.success) return parsed.data
  const issue = findMeant(parsed.error.issues[0])
  if (issue.code === 'unrecognized_keys') {
    const [unknown] = issue.keys
    const nearest = findNearestName(unknown, ['sources', ...settingNames])
    throw new ParityError(
      'PARITY_CONFIG',
      `${file}: there is no setting ${unknown}`,
      nearest === null ? hint : `Did you mean ${nearest}?`,
    )
  }
  const field = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  const what = field === '' ? 'the config is not an object' : `${field.slice(1)} ${issue.message}`
  throw new ParityError('PARITY_CONFIG', `${file}: ${what}`, hint)
}

/** Of a value that may be of several kinds: what is wrong with it as the kind that it comes nearest to, if there is one. */
function findMeant(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue
  const fewest = Math.min(...issue.errors.map(({ length }) => length))
  const [nearest, ...others] = issue.errors.filter(({ length }) => length === fewest)
  if (nearest === undefined || others.length > 0) return issue
  return { ...nearest[0], path: [...issue.path, ...nearest[0].path] }
}

/** Paths in a config are relative to its folder. */
function moveFrom(folder: string, config: Config): Config {
  const given = settingNames.filter((name) => config[name] !== undefined)
  const moved = given.map((name) => [name, (settings[name] as Setting<unknown>).moveFrom(config[name], folder)])
  const sources = config.sources === undefined ? {} : { sources: moveAliases(config.sources, folder) }
  return { ...Object.fromEntries(moved), ...sources } as Config
}
