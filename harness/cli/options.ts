/** Options that several commands share. */
import { Option } from 'commander'
import { settings, type RunSettings, type Setting } from '../config/settings.js'

/** Each time the flag is given adds a value. */
export const append = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value]

/** The same, and a comma stands between values. */
export const collect = (value: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  ...value.split(',').map((part) => part.trim()),
]

export const jsonOption = (): Option => new Option('--json', 'print one JSON document on stdout and nothing else')

export const configOption = (): Option =>
  new Option('--config <file>', 'the config (default: parity.config.ts, .js, .mjs or .json of the current folder)')

/**
 * The flag of a setting. It stays undefined where it is not given, so that variable, config and default can speak. A
 * command to which the setting means something else says it in words of its own.
 */
export class SettingOption extends Option {
  readonly setting: Setting<unknown>

  constructor(name: keyof RunSettings, words: { description?: string; defaultText?: string } = {}) {
    const setting = settings[name] as Setting<unknown>
    const { flag, description, defaultText } = { ...setting, ...words }
    if (flag === null) throw new Error(`the setting ${name} has no flag`)
    super(flag, flag.includes('<') ? `${description} (default: ${defaultText})` : description)
    this.setting = setting
    if (Array.isArray(setting.fallback({}))) this.argParser(collect)
  }
}
