import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { check, resolveConfig } from 'prettier'
import { describe, expect, it } from 'vitest'
import { flagOf, settingNames, settings } from '../config/settings.js'
import { packageRoot } from '../package-root.js'
import { formatReference } from './format-reference.js'
import { SettingOption } from './options.js'
import { makeProgram } from './program.js'

const file = join(packageRoot, 'docs/cli.md')

describe('docs/cli.md', () => {
  it('is what the commands say today (npm run docs writes it)', async () => {
    expect(await readFile(file, 'utf8')).toBe(formatReference(makeProgram(true)))
  })

  it('is formatted as prettier formats it', async () => {
    const rules = await resolveConfig(file)
    expect(await check(formatReference(makeProgram(true)), { ...rules, filepath: file })).toBe(true)
  })
})

describe('docs/config.md', () => {
  it('lists every setting with flag, variable, meaning and default', async () => {
    const page = await readFile(join(packageRoot, 'docs/config.md'), 'utf8')
    const listed = (page.match(/^\| `.*\|$/gm) ?? []).map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
    expect(listed).toEqual(
      settingNames.map((name) => {
        const { variable, description, defaultText } = settings[name]
        return [name, flagOf(name) ?? '', variable, description, defaultText]
      }),
    )
  })
})

describe('the flags of parity run', () => {
  it('set every setting but the two folders, and have no default of commander', () => {
    const run = makeProgram(true).commands.find((command) => command.name() === 'run')
    const options = run?.options.filter((option) => option instanceof SettingOption) ?? []
    const variables = options.map(({ setting }) => setting.variable)
    expect(variables.length).toBe(settingNames.length - 2)
    expect(new Set(variables).size).toBe(variables.length)
    expect(options.filter(({ defaultValue }) => defaultValue !== undefined)).toEqual([])
    expect(run?.getOptionValue('baseline')).toBe(undefined)
  })
})
