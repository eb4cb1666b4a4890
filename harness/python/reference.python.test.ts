/** What needs Python: the reference itself, its recordings, the recipes, and checkpoints that are not in the repository. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import pLimit from 'p-limit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filterCases } from '../cases/filter-cases.js'
import { loadCases } from '../cases/load-cases.js'
import { committed, parity, parityJson } from '../cli/parity.fixture.js'
import { packageRoot } from '../package-root.js'
import type { ReportDocument } from '../report/schema.js'
import { findEnvironment } from '../sources/python/environments.js'
import { transformersPackage } from '../sources/transformers/index.js'

let python: string
let temporary: string
beforeAll(async () => {
  const environment = await findEnvironment(transformersPackage, undefined)
  if (environment.python === null) throw new Error('this suite needs Python: parity doctor --install transformers')
  python = environment.python
  temporary = await mkdtemp(join(tmpdir(), 'parity-python-'))
})
afterAll(() => rm(temporary, { recursive: true, force: true }))

const recipe = (name: string, ...args: string[]) =>
  execa(python, [join(packageRoot, 'cases/recipes', name), ...args], {
    env: { HF_HUB_OFFLINE: '1' },
  })

const hashOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

describe('the recordings', () => {
  it('are what transformers computes today', async () => {
    const { exitCode, stdout } = await parity(['record', '--check'])
    const cases = filterCases(await loadCases(join(packageRoot, 'cases')), {})
    expect(stdout).toContain(`${cases.length} unchanged, 0 changed`)
    expect(exitCode).toBe(0)
  })
})

describe('the recipe of the committed checkpoints', () => {
  it('makes the same bytes again', async () => {
    const out = join(temporary, 'tiny')
    await recipe('tiny.py', '--out', out)
    const names = await readdir(out)
    expect(names).toHaveLength(6)
    for (const name of names) {
      for (const file of ['model.safetensors', 'config.json']) {
        expect(await hashOf(join(out, name, file)), `${name}/${file}`).toBe(await hashOf(committed(join(name, file))))
      }
    }
  })
})

interface Variant {
  readonly name: string
  readonly scores: object
}

describe('the variants', () => {
  const recipes = join(packageRoot, 'cases/recipes/variants')

  it('do today what their files say they do', async () => {
    const names = (await readdir(committed('.'))).filter((name) => existsSync(committed(`${name}/variant.json`)))
    expect(names.length).toBeGreaterThanOrEqual(13)
    const { stdout } = await execa(python, ['evaluate.py', ...names.map(committed)], { cwd: recipes })
    const measured = stdout.split('\n').map((line) => JSON.parse(line) as object)
    for (const [i, name] of names.entries()) {
      const { scores } = JSON.parse(await readFile(committed(`${name}/variant.json`), 'utf8')) as Variant
      expect(measured[i], name).toEqual({ folder: committed(name), ...scores })
    }
  })

  it('are what docs/variants.md says', async () => {
    const { exitCode } = await execa(python, ['table.py', '--check'], { cwd: recipes })
    expect(exitCode).toBe(0)
  })

  it('are rebuilt by mergekit and by abliteration to the same bytes, or meet the same criteria', async () => {
    const names = ['gemma-4-e4b-merged-linear', 'gemma-4-e4b-abliterated']
    const { stdout } = await execa(join(recipes, 'build.sh'), ['--check', ...names])
    for (const name of names)
      expect(stdout).toMatch(new RegExp(`^${name}: (bit-exact|same criteria, other weights)`, 'm'))
  })
})

describe('transformers as the engine', () => {
  it.each([
    ['transformers/float32', 1],
    ['transformers/bfloat16', 1],
    // Within what two correct float64 implementations differ by.
    ['transformers/float64', 0.5],
  ])('%s has the excess that its own recording predicts', async (engine, most) => {
    const { exitCode, document } = await parityJson<ReportDocument>([
      'run',
      '--case',
      'gemma4/e2b/pruned',
      '--engine',
      engine,
      '--reference',
      'recorded',
    ])
    expect(document.verdicts[0].reason).toMatch(/within/)
    expect(exitCode).toBe(0)
    expect(document.verdicts[0].excess).toBeLessThan(most * 1.25)
  })
})

interface Mix {
  readonly dir: string
  readonly features: readonly string[]
}

describe('checkpoints that are not in the repository', () => {
  it('pass against transformers, whatever mix of features they have', { timeout: 1_800_000 }, async () => {
    const { stdout } = await recipe('mixes.py', join(temporary, 'mixes'), '--count', '14', '--seed', '1')
    const mixes = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Mix)
    expect(mixes).toHaveLength(14)
    // Most of a run is the start of Python, so two of them share two processors well.
    const limit = pLimit(2)
    const runs = mixes.map(({ dir, features }, i) =>
      limit(async () => {
        // WebGPU compiles its shaders anew for each, so every third goes there too.
        const engines = i % 3 === 0 ? 'onnxruntime:cpu,onnxruntime:webgpu' : 'onnxruntime:cpu'
        const args = [
          'run',
          '--checkpoint',
          dir,
          '--engine',
          engines,
          '--reference',
          'transformers',
          '--generate',
          '16',
        ]
        const { document } = await parityJson<ReportDocument>(args)
        return document.verdicts.map((verdict) => ({ verdict, features: features.join(' ') }))
      }),
    )
    const judged = (await Promise.all(runs)).flat()
    expect(judged).toHaveLength(14 + 5)
    for (const { verdict, features } of judged) {
      const { engine, outcome, reason, excess } = verdict
      expect(['pass', 'near-tie'], `${engine} on ${features}: ${reason}`).toContain(outcome)
      expect(excess, `${engine} on ${features}`).toBeLessThanOrEqual(3)
    }
  })
})
