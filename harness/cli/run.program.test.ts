/** `parity run` as users run it, over the committed cases. */
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../package-root.js'
import { reportSchema, type ReportDocument } from '../report/schema.js'
import { committed, parity, parityFile, parityJson } from './parity.fixture.js'

const e2b = ['run', '--case', 'gemma4/e2b/pruned', '--engine', 'onnxruntime:cpu']

let temporary: string
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'parity-program-'))
})
afterAll(() => rm(temporary, { recursive: true, force: true }))

describe('a run', () => {
  it('prints one report on stdout, and writes the same to --out', async () => {
    const out = join(temporary, 'out')
    const { exitCode, document, stderr } = await parityJson<ReportDocument>([...e2b, '--out', out])
    expect(exitCode).toBe(0)
    expect(stderr).toBe('')
    expect(reportSchema.parse(document)).toEqual(document)
    expect(JSON.parse(await readFile(join(out, 'report.json'), 'utf8'))).toEqual(document)
    expect(await readdir(out)).toEqual(['report.json'])
    expect(document.verdicts[0]).toMatchObject({
      caseId: 'gemma4/e2b/pruned',
      engine: 'onnxruntime:cpu/float32',
      outcome: 'pass',
      reference: 'transformers@5.23.0/float64, recorded',
      tokens: { equal: 96, total: 96 },
      notCompared: [],
    })
    expect(document.verdicts[0].comparisons.map(({ aspect }) => aspect)).toEqual(['logits', 'top-k', 'tokens', 'cache'])
    expect(document.verdicts[0].peakBytes).toBeGreaterThan(1e7)
  })

  it('prints a table for people, and the progress elsewhere', async () => {
    const { exitCode, stdout, stderr } = await parity(e2b)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /gemma4\/e2b\/pruned │ onnxruntime:cpu\/float32 │ pass +│ +\d\.\d\d × │ +\d\.\d\d \/ \d\.\d\d │ +96\/96 │/,
    )
    expect(stdout).toContain('1 pass against transformers@5.23.0/float64, recorded')
    expect(stderr).toContain('[1/1] pass     gemma4/e2b/pruned on onnxruntime:cpu')
  })

  it('skips an engine that the machine lacks and says how to get it; --require makes that exit 3', async () => {
    const lacking = [
      'run',
      '--case',
      'gemma4/e2b/pruned',
      '--engine',
      process.platform === 'darwin' ? 'onnxruntime:dml' : 'onnxruntime:coreml',
    ]
    const skipped = await parityJson<ReportDocument>(lacking)
    expect(skipped.exitCode).toBe(0)
    expect(skipped.document.verdicts[0]).toMatchObject({
      outcome: 'skipped',
      hint: expect.stringMatching(/runs on/) as string,
    })
    expect((await parity([...lacking, '--require'])).exitCode).toBe(3)
  })
})

describe('an engine made wrong on purpose', () => {
  it.each([
    // The window of this checkpoint is 8, so position 8 is the first that may no longer see position 0.
    ['window-plus-one', "at position 8 of prompt 'long'"],
    ['rotary-base', "at position 1 of prompt 'short'"],
    ['donor-swapped', "at position 0 of prompt 'one'"],
    ['softcap-dropped', "at position 0 of prompt 'one'"],
  ])('%s fails, and the sentence names the first prompt position where it shows', async (defect, place) => {
    const { exitCode, document } = await parityJson<ReportDocument>([...e2b, '--defect', defect])
    expect(exitCode).toBe(1)
    const [verdict] = document.verdicts
    expect(verdict.outcome).toBe('fail')
    expect(verdict.reason).toMatch(/^logits differ from the reference by /)
    expect(verdict.reason).toContain(place)
    expect(verdict.reproduce).toBe(
      `npx parity run --case gemma4/e2b/pruned --engine onnxruntime:cpu --defect ${defect}`,
    )
  })
})

describe('a declared divergence', () => {
  /** A project of one case, with the recording of the committed one. */
  async function project(name: string): Promise<string> {
    const root = join(temporary, name)
    const recording = 'references/recorded/gemma4/e2b/pruned'
    await cp(join(packageRoot, recording), join(root, recording), { recursive: true })
    const { prompts, generate } = JSON.parse(await readFile(join(root, recording, 'trace.json'), 'utf8')) as {
      prompts: object
      generate: number
    }
    const known = [{ engine: 'onnxruntime:cpu', because: 'planted', link: 'https://example.org/1' }]
    const item = { id: 'gemma4/e2b/pruned', checkpoint: committed('gemma-4-e2b-tiny'), prompts, generate, known }
    await mkdir(join(root, 'cases'), { recursive: true })
    await writeFile(join(root, 'cases/known.case.json'), JSON.stringify(item))
    return root
  }

  it('is known while it is there, and must be undeclared once it is gone', async () => {
    const cwd = await project('known')
    const known = await parityJson<ReportDocument>(['run', '--engine', 'onnxruntime:cpu', '--defect', 'rotary-base'], {
      cwd,
    })
    expect(known.exitCode).toBe(0)
    expect(known.document.verdicts[0]).toMatchObject({
      outcome: 'known',
      reason: expect.stringContaining('known: planted') as string,
    })
    const fixed = await parityJson<ReportDocument>(['run', '--engine', 'onnxruntime:cpu'], { cwd })
    expect(fixed.exitCode).toBe(1)
    expect(fixed.document.verdicts[0]).toMatchObject({
      outcome: 'fixed',
      hint: expect.stringContaining('known') as string,
    })
  })

  it('is refused with file and field where it is written wrongly', async () => {
    const cwd = await project('wrong')
    await writeFile(
      join(cwd, 'cases/wrong.case.json'),
      JSON.stringify({ id: 'x', checkpoint: '.', prompts: [{ id: 'a', tokens: [] }], generate: 1 }),
    )
    const { exitCode, stderr } = await parity(['run'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/wrong\.case\.json: case\.prompts\[0\]\.tokens: a prompt has at least one token/)
  })

  it('of another checkpoint than was recorded is refused, not used', async () => {
    const cwd = await project('changed')
    const file = join(cwd, 'cases/known.case.json')
    await writeFile(file, (await readFile(file, 'utf8')).replace('gemma-4-e2b-tiny', 'gemma-4-e2b-tiny-redundant'))
    const { exitCode, stderr } = await parity(['run', '--engine', 'onnxruntime:cpu'], { cwd })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('the recording of gemma4/e2b/pruned is of another checkpoint: model.safetensors')
  })
})

/** Processes that `pid` started. Linux only. */
const childrenOf = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').filter(Boolean).map(Number)

describe.runIf(process.platform === 'linux')('a worker killed in the middle of a run', () => {
  it('costs its verdict and nothing else', async () => {
    const args = ['run', '--case', 'gemma4/e4b/*', '--engine', 'onnxruntime:webgpu', '--jobs', '1', '--json']
    const running = execa(process.execPath, [parityFile, ...args], { cwd: packageRoot, reject: false })
    const { pid } = running
    if (pid === undefined) throw new Error('the program did not start')
    let killed = 0
    while (killed === 0) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      for (const child of await childrenOf(pid)) {
        const memory = await readFile(`/proc/${child}/status`, 'utf8').catch(() => '')
        // By then the worker has its graph, and is compiling shaders or decoding.
        if (Number(/VmRSS:\s+(\d+)/.exec(memory)?.[1] ?? 0) < 250_000) continue
        process.kill(child, 'SIGKILL')
        killed = child
      }
    }
    const { exitCode, stdout } = await running
    const { verdicts } = JSON.parse(stdout) as ReportDocument
    expect(exitCode).toBe(1)
    expect(verdicts.map(({ caseId, outcome }) => `${caseId} ${outcome}`)).toEqual([
      'gemma4/e4b/pruned error',
      'gemma4/e4b/redundant pass',
    ])
    expect(verdicts[0].reason).toContain('SIGKILL')
  })
})
