/** `parity run --reporter`, and what a reporter that fails costs. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReportDocument } from '../report/schema.js'
import { parity, parityJson } from './parity.fixture.js'

const e2b = ['run', '--case', 'gemma4/e2b/pruned', '--engine', 'onnxruntime:cpu']

let temporary: string
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'parity-reporters-'))
})
afterAll(() => rm(temporary, { recursive: true, force: true }))

const write = async (name: string, text: string) => {
  await writeFile(join(temporary, name), text)
  return join(temporary, name)
}

describe('reporters that were asked for', () => {
  it('write their files and the report, and take the place of the table', async () => {
    const out = join(temporary, 'asked')
    const { exitCode, stdout } = await parity([
      ...e2b,
      '--reporter',
      'markdown,junit',
      '--reporter',
      'jsonl',
      '--out',
      out,
    ])
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
    expect((await readdir(out)).sort()).toEqual(['junit.xml', 'report.json', 'report.md', 'verdicts.jsonl'])
  })

  it('may be named by a variable, and print nothing beside --json', async () => {
    const out = join(temporary, 'variable')
    const env = { PARITY_REPORTER: 'terminal,github', PARITY_OUT: out }
    const { exitCode, document } = await parityJson<ReportDocument>(e2b, { env })
    expect(exitCode).toBe(0)
    expect(JSON.parse(await readFile(join(out, 'report.json'), 'utf8'))).toEqual(document)
    expect(await readdir(out)).toEqual(['report.json'])
  })
})

describe('a reporter that fails', () => {
  it('costs its own report, which makes exit 3', async () => {
    const out = join(temporary, 'failing')
    const faulty = await write(
      'faulty.ts',
      `export default () => ({ name: 'faulty', onVerdict() { throw new Error('no such service') }, onEnd: () => [] })`,
    )
    const { exitCode, stderr } = await parity([...e2b, '--reporter', `${faulty},junit`, '--out', out])
    expect(exitCode).toBe(3)
    expect(stderr.split('\n').filter((line) => !line.startsWith('['))).toEqual([
      `The reporter ${faulty} failed at gemma4/e2b/pruned on onnxruntime:cpu: no such service`,
      `Missing: the report of ${faulty}.`,
    ])
    expect((await readdir(out)).sort()).toEqual(['junit.xml', 'report.json'])
  })

  it('takes nothing from the exit code of bad verdicts', async () => {
    const out = join(temporary, 'escaping')
    const faulty = await write(
      'escaping.ts',
      `export default () => ({ name: 'escaping', onEnd: () => [{ path: '../escaped', content: '' }] })`,
    )
    const { exitCode, stderr } = await parity([
      ...[...e2b, '--defect', 'softcap-dropped'],
      ...['--reporter', faulty, '--out', out],
    ])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/failed at the end: "\.\.\/escaped" is not a path inside the output folder\n/)
    expect((await readdir(temporary)).includes('escaped')).toBe(false)
  })
})

describe('before the run', () => {
  it('refuses a reporter that there is not', async () => {
    const out = join(temporary, 'unknown')
    const { exitCode, document, stderr } = await parityJson([...e2b, '--reporter', 'htlm', '--out', out])
    expect({ exitCode, document, stderr }).toEqual({
      exitCode: 2,
      document: {
        error: {
          code: 'PARITY_REPORTER',
          message: "there is no reporter 'htlm'",
          hint: 'Reporters: terminal, json, jsonl, markdown, matrix, html, junit, badge, github, or the path of a module of yours.',
        },
      },
      stderr: '',
    })
    expect((await readdir(temporary)).includes('unknown')).toBe(false)
  })

  it('refuses one that has no folder to write into', async () => {
    const { exitCode, stdout, stderr } = await parity([...e2b, '--reporter', 'terminal,html,json'])
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        'there is no folder that the reporter html, json could write into\n' +
        'Add --out reports, or print the report with --json.',
    })
  })

  it('refuses a folder that cannot be one', async () => {
    const file = await write('file', '')
    const { exitCode, stderr } = await parity([...e2b, '--out', file])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^--out .*file cannot be a folder: EEXIST/)
  })
})
