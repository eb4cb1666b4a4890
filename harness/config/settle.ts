import { ParityError } from '../errors.js'
import type { LoadedConfig } from './load-config.js'
import { flagOf, settingNames, settings, type RunSettings, type Setting } from './settings.js'

/** A value, and who said so. */
export interface Settled<T> {
  readonly value: T
  readonly from: 'flag' | 'environment' | 'config' | 'default'
  /** `--engine`, `PARITY_ENGINE`, `parity.config.ts: engines` or `default`. */
  readonly origin: string
}

export type SettledSettings = { readonly [Name in keyof RunSettings]: Settled<RunSettings[Name]> }

/**
 * Decides each setting: flag before environment variable before config before default. `flags` are what commander
 * hands over: undefined where a flag was not given. An empty variable counts as none.
 *
 * @throws ParityError PARITY_USAGE for a flag, PARITY_CONFIG for a variable, naming it
 */
export function settle(
  flags: object,
  environment: Readonly<Record<string, string | undefined>>,
  config: LoadedConfig | null,
): SettledSettings {
  const before: Record<string, unknown> = {}
  const settled = settingNames.map((name) => {
    const setting = settings[name] as Setting<unknown>
    const found =
      settleFlag(name, setting, flags) ??
      settleVariable(setting, environment) ??
      settleConfig(name, config) ??
      ({ value: setting.fallback(before), from: 'default', origin: 'default' } as const)
    before[name] = found.value
    return [name, found]
  })
  // Each value went through the schema of its setting, which a loop over the table cannot tell the compiler.
  return Object.fromEntries(settled) as SettledSettings
}

/** The values alone. */
export const settingsOf = (settled: SettledSettings): RunSettings =>
  Object.fromEntries(settingNames.map((name) => [name, settled[name].value])) as unknown as RunSettings

function settleFlag(name: keyof RunSettings, setting: Setting<unknown>, flags: object): Settled<unknown> | null {
  const flag = flagOf(name)
  const said = flag === null ? undefined : (flags as Record<string, unknown>)[keyOfFlag(flag)]
  if (said === undefined || flag === null) return null
  if (said === false) return { value: null, from: 'flag', origin: flag.replace('--', '--no-') }
  const value = typeof said === 'string' ? setting.read(said) : said
  return { value: check('PARITY_USAGE', setting, value, (part) => `${flag} ${part}`), from: 'flag', origin: flag }
}

function settleVariable(
  setting: Setting<unknown>,
  environment: Readonly<Record<string, string | undefined>>,
): Settled<unknown> | null {
  const text = environment[setting.variable]
  if (text === undefined || text === '') return null
  const origin = setting.variable
  const value = check('PARITY_CONFIG', setting, setting.read(text), (part) => `${origin}=${part}`)
  return { value, from: 'environment', origin }
}

function settleConfig(name: keyof RunSettings, config: LoadedConfig | null): Settled<unknown> | null {
  const value: unknown = config?.values[name]
  return value === undefined ? null : { value, from: 'config', origin: `${config?.file}: ${name}` }
}

/** @throws ParityError */
function check(
  code: 'PARITY_USAGE' | 'PARITY_CONFIG',
  setting: Setting<unknown>,
  value: unknown,
  where: (part: string) => string,
): unknown {
  const parsed = setting.schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  const part = path.reduce((inner, key) => (inner as Record<PropertyKey, unknown>)[key], value)
  throw new ParityError(
    code,
    `${where(part === '' ? "''" : String(part))} ${message}`,
    `Default: ${setting.defaultText}.`,
  )
}

/** `--fail-on` as commander names its value: `failOn`. */
const keyOfFlag = (flag: string) => flag.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
