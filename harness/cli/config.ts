import Table from 'cli-table3'
import { loadConfig } from '../config/load-config.js'
import { settingNames, settings } from '../config/settings.js'
import { settle, type SettledSettings } from '../config/settle.js'
import { printable } from '../prompt/printable.js'

interface ConfigOptions {
  readonly config?: string
  readonly json?: true
}

/** `parity config`: each setting and who said so. The flags of settings are taken too, and count as they do in a run. */
export async function configCommand(given: object): Promise<void> {
  const options = given as ConfigOptions
  const config = await loadConfig(options.config)
  const file = config?.file ?? null
  const settled = settle(options, process.env, config)
  process.stdout.write(
    options.json === true ? `${JSON.stringify({ file, settings: settled })}\n` : formatText(file, settled),
  )
}

function formatText(file: string | null, settled: SettledSettings): string {
  const table = new Table({ head: ['setting', 'value', 'from'], style: { head: [], border: [], compact: true } })
  for (const name of settingNames) {
    const { value, from, origin } = settled[name]
    const text = value === null && from === 'default' ? `– (${settings[name].defaultText})` : formatValue(value)
    table.push([name, printable(text), printable(origin)])
  }
  return `${file ?? 'no config in this folder'}\n${table.toString()}\n`
}

function formatValue(value: string | number | boolean | null | readonly string[]): string {
  if (value === null) return '–'
  return Array.isArray(value) ? value.join(', ') : String(value)
}
