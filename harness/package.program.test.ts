/** The package as others get it: what is in it, and that its demo runs where it is installed. */
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from './package-root.js'
import type { Report } from './report/build.js'

interface Packed {
  readonly filename: string
  /** Bytes of the tarball. */
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}

let folder: string
let packed: Packed
let paths: string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-package-'))
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const { stdout } = await execa('npm', args, { cwd: packageRoot })
  ;[packed] = JSON.parse(stdout) as [Packed]
  paths = packed.files.map(({ path }) => path)
})
afterAll(() => rm(folder, { recursive: true }))

const below = (place: string) => paths.filter((path) => path.startsWith(place)).sort()

describe('the package', () => {
  it('is smaller than 3 MB', () => {
    expect(packed.size).toBeLessThan(3_000_000)
  })

  it('carries one checkpoint, its recording, and the cases that need no other', () => {
    expect(below('cases/').filter((path) => !path.startsWith('cases/defects/'))).toEqual([
      'cases/checkpoints/gemma-4-e2b-tiny/config.json',
      'cases/checkpoints/gemma-4-e2b-tiny/generation_config.json',
      'cases/checkpoints/gemma-4-e2b-tiny/model.safetensors',
      'cases/gemma4/declare-refusals.ts',
      'cases/gemma4/demo.case.ts',
      'cases/gemma4/tiny-case.ts',
      'cases/hub/real.case.ts',
    ])
    expect(below('references/recorded/')).toEqual([
      'references/recorded/gemma4/e2b/pruned/trace.json',
      'references/recorded/gemma4/e2b/pruned/trace.safetensors',
    ])
  })

  it('carries the program, its references and its pages, and nothing that only a clone needs', () => {
    const tops = new Set(paths.map((path) => path.split('/')[0]))
    expect([...tops].sort()).toEqual(['LICENSE', 'README.md', 'cases', 'dist', 'docs', 'package.json', 'references'])
    expect(paths.filter((path) => /\.(test|fixture)\.|tsbuildinfo|__pycache__|\.png$/.test(path))).toEqual([])
    const entries = ['dist/cli/main.js', 'dist/index.d.ts', 'dist/vitest.d.ts', 'dist/config.schema.json']
    expect(entries.filter((path) => !paths.includes(path))).toEqual([])
  })

  it('carries what the example worker in Python stands on', () => {
    const needed = ['protocol', 'decoder', 'oracle/gemma4', 'oracle/checkpoint', 'oracle/arithmetic']
    expect(needed.filter((name) => !paths.includes(`references/${name}.py`))).toEqual([])
  })
})

describe('installed elsewhere', () => {
  let project: string
  beforeAll(async () => {
    project = join(folder, 'project')
    await mkdir(project)
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }')
    await writeFile(join(project, '.npmrc'), 'onnxruntime-node-install=skip\n')
    await execa('npm', ['install', '--no-audit', '--no-fund', join(folder, packed.filename)], { cwd: project })
  })

  const parityJson = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await execa('npx', ['parity', ...args, '--json'], { cwd: project })).stdout)

  it('does not bring vitest along', () => {
    expect(existsSync(join(project, 'node_modules/zod'))).toBe(true)
    expect(existsSync(join(project, 'node_modules/vitest'))).toBe(false)
  })

  it.each([
    ['its recording', [], /^transformers@[\d.]+\/float64, recorded$/],
    ['the oracle', ['--reference', 'oracle'], /^oracle@[\d.]+\/float64$/],
  ])('runs its demo against %s', async (_, flags, reference) => {
    const { verdicts } = (await parityJson('run', '--engine', 'onnxruntime:cpu', ...flags)) as Report
    expect(verdicts.map(({ caseId, engine, outcome }) => ({ caseId, engine, outcome }))).toEqual([
      { caseId: 'gemma4/e2b/pruned', engine: 'onnxruntime:cpu/float32', outcome: 'pass' },
    ])
    expect(verdicts[0].reference).toMatch(reference)
  })

  it('inspects the checkpoint that came with it', async () => {
    const checkpoint = 'node_modules/transformers-parity/cases/checkpoints/gemma-4-e2b-tiny'
    const { ok, layers, layout } = (await parityJson('inspect', checkpoint)) as Record<string, unknown>
    expect({ ok, layers, layout }).toEqual({ ok: true, layers: 8, layout: 'pruned' })
  })

  it('serves the example worker in TypeScript', async () => {
    await cp(join(packageRoot, 'examples/workers/typescript/worker.ts'), join(project, 'worker.ts'))
    const { ok } = (await parityJson('check-worker', 'npx', 'jiti', 'worker.ts')) as { ok: boolean }
    expect(ok).toBe(true)
  })

  it('has types for a strict project that checks its libraries', async () => {
    await writeFile(join(project, 'consumer.ts'), consumer)
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
    const compiler = join(packageRoot, 'node_modules/typescript/bin/tsc')
    const { exitCode, stdout } = await execa(process.execPath, [compiler, '-p', project], { reject: false })
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
  })
})

const compilerOptions = {
  target: 'ES2023',
  lib: ['ES2023', 'ESNext.Disposable'],
  module: 'NodeNext',
  strict: true,
  noEmit: true,
  typeRoots: [join(packageRoot, 'node_modules/@types')],
  types: ['node'],
}

const consumer = `import { defineCase, defineConfig, reportSchema, run, type RunPlan, type Verdict } from 'transformers-parity'
export { serveDecoder, serveWorker, type Decoder, type Row, type WorkerHandlers } from 'transformers-parity/worker'
export const item = defineCase({ id: 'a', checkpoint: 'b', prompts: [{ id: 'c', tokens: [2] }], generate: 1 })
export const config = defineConfig({ engines: ['onnxruntime:cpu'] })
export const parse = (text: string) => reportSchema.parse(JSON.parse(text)).verdicts
export async function judge(plan: RunPlan): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for await (const event of run(plan, new AbortController().signal))
    if (event.type === 'verdict') verdicts.push(event.verdict)
  return verdicts
}
// @ts-expect-error an outcome is one of seven words
export const outcome: Verdict['outcome'] = item.id
`
