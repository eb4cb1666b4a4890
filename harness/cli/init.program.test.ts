/** `parity init` and `parity report`: from a user's checkpoint to a section of its model card. */
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../checkpoint/refusal.fixture.js'
import { writeTinyCheckpoint } from '../checkpoint/tiny.fixture.js'
import type { ReportDocument } from '../report/schema.js'
import { committed, parity, parityJson } from './parity.fixture.js'

describe('parity init', () => {
  it('writes a case that runs as it is', async () => {
    const cwd = await temporaryFolder()
    await writeTinyCheckpoint(join(cwd, 'My Model'), {})
    const written = await parity(['init', 'My Model'], { cwd })
    expect(written.exitCode).toBe(0)
    expect(written.stdout).toContain('cases/my-model.case.ts is a case of yours')
    expect(written.stdout).toContain('npx parity run --case mine/my-model')
    const text = await readFile(join(cwd, 'cases/my-model.case.ts'), 'utf8')
    expect(text).toContain("checkpoint: '../My Model',")
    expect(text).not.toContain("text: '")

    const { exitCode, document } = await parityJson<ReportDocument>(
      ['run', '--case', 'mine/my-model', '--engine', 'onnxruntime:cpu', '--reference', 'oracle'],
      { cwd },
    )
    expect(document.verdicts[0]).toMatchObject({ caseId: 'mine/my-model', outcome: 'pass' })
    expect(exitCode).toBe(0)
  })

  it('asks in text and in chat where the checkpoint can read them', async () => {
    const cwd = await temporaryFolder()
    const { document } = await parityJson<{ file: string }>(['init', committed('gemma-4-e4b-base')], { cwd })
    const text = await readFile(document.file, 'utf8')
    expect(text).toContain("{ id: 'text', text: 'The capital of France is' },")
    expect(text).toContain("{ id: 'chat', chat: [{ role: 'user', content: 'Why is the sky blue?' }] },")
  })

  it('never writes over a file, and refuses what is no checkpoint before it writes', async () => {
    const cwd = await temporaryFolder()
    await writeFile(join(cwd, 'mine.case.ts'), 'mine')
    const args = ['init', committed('gemma-4-e2b-tiny'), '--out', 'mine.case.ts']
    const again = await parityJson<{ error: { code: string; message: string } }>(args, { cwd })
    expect(again.exitCode).toBe(2)
    expect(again.document.error.message).toMatch(/mine\.case\.ts is there already$/)
    expect(await readFile(join(cwd, 'mine.case.ts'), 'utf8')).toBe('mine')
    const broken = await parity(['init', '.'], { cwd })
    expect(broken.exitCode).toBe(3)
    expect(broken.stderr).toContain('config.json: is missing')
    expect((await parity(['init'], { cwd })).exitCode).toBe(2)
    const odd = await parity(['init', committed('gemma-4-e2b-tiny'), '--id', 'a b'], { cwd })
    expect(odd.exitCode).toBe(2)
    expect(odd.stderr).toContain("--id 'a b': an id is words")
    expect(await readdir(cwd)).toEqual(['mine.case.ts'])
  })
})

describe('parity report', () => {
  it('shows a run again, and makes a section of a model card of it', async () => {
    const cwd = await temporaryFolder()
    const engine = ['--engine', 'onnxruntime:cpu']
    const args = ['run', '--case', 'gemma4/e2b/*,gemma4/31b', ...engine, '--out', join(cwd, 'reports')]
    const { stdout } = await parity(args)
    expect((await parity(['report'], { cwd })).stdout).toBe(stdout)

    const out = join(cwd, 'parity.md')
    const { exitCode } = await parity(['report', '--model-card', '--case', 'gemma4/e2b/*', '--out', out], { cwd })
    expect(exitCode).toBe(0)
    const card = await readFile(out, 'utf8')
    expect(card).toMatch(
      /^## Parity with transformers\n\n!\[transformers parity: 2 of 2\]\(https:\/\/img\.shields\.io\//,
    )
    expect(card).toContain('| gemma4/e2b/pruned | onnxruntime:cpu/float32 | 1.30.0 | pass |')
    expect(card).toMatch(/gemma4\/e2b\/pruned: `model\.safetensors` `[0-9a-f]{64}`/)
    expect(card).not.toContain('31b')
  })

  it('refuses a file that is none, and cases that it has not', async () => {
    const cwd = await temporaryFolder()
    const missing = await parity(['report'], { cwd })
    expect(missing.exitCode).toBe(3)
    expect(missing.stderr).toContain('reports/report.json does not exist\nparity run --out reports writes')
  })
})
