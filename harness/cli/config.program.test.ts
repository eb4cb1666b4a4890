/** `parity config`, and that other commands obey the config, in folders of their own. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parity, parityJson } from './parity.fixture.js'

interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string }
}

interface Shown {
  readonly file: string | null
  readonly settings: Record<string, { value: unknown; from: string; origin: string }>
}

/** A folder with these files. */
async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parity-config-'))
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), content)
  }
  return folder
}

const typescript = `import { defineConfig } from 'transformers-parity'

export default defineConfig({ engines: ['oracle'], jobs: 2 as number, out: 'reports', baseline: null })
`

describe('parity config', () => {
  it('shows each value and who said so', async () => {
    const cwd = await folderOf({
      'parity.config.ts': typescript,
      'cases/none.txt': '',
      'reports/history.jsonl': '',
      'reports/baseline.json': '',
    })
    const { exitCode, stdout, stderr } = await parity(['config', '--show', '--nightly'], {
      cwd,
      env: { PARITY_JOBS: '5' },
    })
    expect(stderr).toBe('')
    expect(stdout).toMatchInlineSnapshot(`
      "parity.config.ts
      ┌───────────────┬──────────────────────────────────────────────────┬────────────────────────────┐
      │ setting       │ value                                            │ from                       │
      ├───────────────┼──────────────────────────────────────────────────┼────────────────────────────┤
      │ cases         │ cases                                            │ default                    │
      │ recordings    │ references/recorded                              │ default                    │
      │ engines       │ oracle                                           │ parity.config.ts: engines  │
      │ reference     │ – (recorded, else transformers, else the oracle) │ default                    │
      │ reporters     │ terminal, json                                   │ default                    │
      │ out           │ reports                                          │ parity.config.ts: out      │
      │ baseline      │ –                                                │ parity.config.ts: baseline │
      │ history       │ reports/history.jsonl                            │ default                    │
      │ jobs          │ 5                                                │ PARITY_JOBS                │
      │ memory        │ – (what is free)                                 │ default                    │
      │ timeout       │ 300                                              │ default                    │
      │ oracleMinutes │ 10                                               │ default                    │
      │ failOn        │ bad                                              │ default                    │
      │ require       │ false                                            │ default                    │
      │ nightly       │ true                                             │ --nightly                  │
      └───────────────┴──────────────────────────────────────────────────┴────────────────────────────┘"
    `)
    expect(exitCode).toBe(0)
  })

  it('prints the same as a document, with or without --show', async () => {
    const cwd = await folderOf({ 'parity.config.json': '{ "$schema": "x", "timeout": 20 }' })
    const { document, exitCode } = await parityJson<Shown>(['config'], { cwd, env: { PARITY_FAIL_ON: 'drifted' } })
    expect(exitCode).toBe(0)
    expect(document.file).toBe('parity.config.json')
    const { timeout, failOn, baseline, reporters } = document.settings
    expect(timeout).toEqual({ value: 20, from: 'config', origin: 'parity.config.json: timeout' })
    expect(failOn).toEqual({ value: 'drifted', from: 'environment', origin: 'PARITY_FAIL_ON' })
    expect(baseline).toEqual({ value: null, from: 'default', origin: 'default' })
    expect(reporters).toEqual({ value: ['terminal', 'json'], from: 'default', origin: 'default' })
    expect(
      (await parityJson<Shown>(['config', '--show'], { cwd, env: { PARITY_FAIL_ON: 'drifted' } })).document,
    ).toEqual(document)
  })

  it('takes paths in a config that is named relative to that config', async () => {
    const cwd = await folderOf({
      'ci/parity.config.mjs':
        "export default { cases: 'mine', reporters: ['html', './own.js'], history: '../all.jsonl' }",
    })
    const { document } = await parityJson<Shown>(['config', '--config', 'ci/parity.config.mjs'], { cwd })
    expect(document.settings.cases).toEqual({
      value: 'ci/mine',
      from: 'config',
      origin: 'ci/parity.config.mjs: cases',
    })
    expect(document.settings.history.value).toBe('all.jsonl')
    expect(document.settings.reporters.value).toEqual(['html', join(cwd, 'ci/own.js')])
  })

  it('does without a config', async () => {
    const { document } = await parityJson<Shown>(['config'], { cwd: await folderOf({}) })
    expect(document.file).toBe(null)
    expect(new Set(Object.values(document.settings).map(({ from }) => from))).toEqual(new Set(['default']))
  })
})

describe('a config that cannot be used', () => {
  const json = (config: object) => ({ 'parity.config.json': JSON.stringify(config) })

  it.each<[string, Record<string, string>, string, string]>([
    [
      'an unknown field',
      json({ engine: ['oracle'] }),
      'parity.config.json: there is no setting engine',
      'Did you mean engines?',
    ],
    [
      'an unknown field like none',
      json({ plugins: [] }),
      'parity.config.json: there is no setting plugins',
      'docs/config.md lists the settings.',
    ],
    [
      'a value of another type',
      json({ engines: 'oracle' }),
      'parity.config.json: engines is not a list',
      'docs/config.md lists the settings.',
    ],
    [
      'a wrong value in a list',
      json({ engines: ['oracle', 'onnx runtime'] }),
      'parity.config.json: engines[1] is not name[@version][:device][/dtype]',
      'docs/config.md lists the settings.',
    ],
    [
      'an unknown choice',
      json({ failOn: 'worse' }),
      'parity.config.json: failOn is none of bad, drifted, regressed, never',
      'docs/config.md lists the settings.',
    ],
    [
      'something else than an object',
      { 'parity.config.js': 'export default 3' },
      'parity.config.js: the config is not an object',
      'docs/config.md lists the settings.',
    ],
    [
      'two of them',
      { 'parity.config.ts': typescript, 'parity.config.json': '{}' },
      'there is both parity.config.ts and parity.config.json',
      'Keep one of them.',
    ],
  ])('%s is refused, naming file and field', async (_, files, message, hint) => {
    const { exitCode, document, stderr } = await parityJson<Refused>(['config'], { cwd: await folderOf(files) })
    expect(document.error).toEqual({ code: 'PARITY_CONFIG', message, hint })
    expect(exitCode).toBe(2)
    expect(stderr).toBe('')
  })

  it('one that throws is refused with what it threw', async () => {
    const cwd = await folderOf({ 'parity.config.js': "throw new Error('no such luck')" })
    const { exitCode, document } = await parityJson<Refused>(['config'], { cwd })
    expect(document.error.code).toBe('PARITY_CONFIG')
    expect(document.error.message).toMatch(/parity\.config\.js cannot be loaded: no such luck$/)
    expect(exitCode).toBe(2)
  })

  it('one that is named and does not exist is refused', async () => {
    const { exitCode, document } = await parityJson<Refused>(['config', '--config', 'nowhere.ts'])
    expect(document.error.message).toBe('there is no file nowhere.ts')
    expect(exitCode).toBe(2)
  })
})

describe('other commands', () => {
  it('run obeys the config, and its flags come first', async () => {
    const cwd = await folderOf({ 'parity.config.json': '{ "engines": ["tensorflow"], "jobs": 1 }' })
    const refused = await parityJson<Refused>(['run', '--case', 'gemma4/e2b/pruned'], { cwd })
    expect(refused.document.error.message).toMatch(/'tensorflow'/)
    const flag = await parityJson<Refused>(['run', '--case', 'gemma4/e2b/pruned', '--engine', 'keras'], { cwd })
    expect(flag.document.error.message).toMatch(/'keras'/)
  })

  it('record looks for cases where the variable says', async () => {
    const { exitCode, document } = await parityJson<Refused>(['record'], { env: { PARITY_CASES: 'nowhere' } })
    expect(document.error).toEqual({
      code: 'PARITY_CONFIG',
      message: 'there is no folder nowhere',
      hint: 'parity config shows who named it.',
    })
    expect(exitCode).toBe(2)
  })
})
