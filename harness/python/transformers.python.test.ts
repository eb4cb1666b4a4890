/** transformers as the engine: in other dtypes, with other attention, without a cache, and in another version. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadCases } from '../cases/load-cases.js'
import { parity, parityJson } from '../cli/parity.fixture.js'
import { packageRoot } from '../package-root.js'
import type { ReportDocument } from '../report/schema.js'

const ids = ['gemma4/e2b/pruned', 'gemma4/31b', 'gemma4/26b-a4b']
const alias = (options: object) => ({ source: 'transformers', options })
const sources = {
  'transformers-sdpa': alias({ attention: 'sdpa' }),
  'transformers-no-cache': alias({ useCache: false }),
  'transformers-device-map': alias({ deviceMap: 'auto' }),
  'transformers-flash': alias({ attention: 'flash' }),
  'transformers-misspelt': alias({ atention: 'sdpa' }),
}

let config: string
beforeAll(async () => {
  const { exitCode, stderr } = await parity(['doctor', '--install', 'transformers,transformers@5.6.2'])
  expect(exitCode, stderr).toBe(0)
  config = join(await mkdtemp(join(tmpdir(), 'parity-transformers-')), 'parity.config.json')
  const cases = join(packageRoot, 'cases')
  expect((await loadCases(cases)).filter(({ id }) => ids.includes(id))).toHaveLength(ids.length)
  const recordings = join(packageRoot, 'references/recorded')
  await writeFile(config, JSON.stringify({ sources, cases, recordings }))
})
afterAll(() => rm(join(config, '..'), { recursive: true, force: true }))

async function run(engines: readonly string[], cases: readonly string[] = ids) {
  const args = ['run', ...cases.flatMap((id) => ['--case', id]), '--engine', engines.join()]
  const rest = ['--config', config, '--reference', 'recorded', '--no-baseline']
  return (await parityJson<ReportDocument>([...args, ...rest])).document.verdicts
}

it('passes in smaller dtypes, with sdpa and without a cache', async () => {
  const engines = ['transformers/bfloat16', 'transformers-sdpa', 'transformers-no-cache']
  const verdicts = await run(engines)
  expect(verdicts).toHaveLength(engines.length * ids.length)
  for (const { caseId, engine, outcome, reason, excess } of verdicts) {
    expect(['pass', 'near-tie'], `${caseId} on ${engine}: ${reason}`).toContain(outcome)
    expect(excess, `${caseId} on ${engine}`).toBeLessThanOrEqual(2)
  }
})

it('computes the same where accelerate places the layers', async () => {
  const verdicts = await run(['transformers', 'transformers-device-map'], ['gemma4/31b'])
  const [plain, placed] = verdicts.map(({ outcome, reason, excess }) => ({ outcome, reason, excess }))
  expect(plain.outcome, plain.reason).toBe('pass')
  expect(placed).toEqual(plain)
})

it('passes in float16, by a spread that the oracle measures', async () => {
  const [verdict] = await run(['transformers/float16'], ['gemma4/e2b/pruned'])
  expect(verdict.spread).toMatchObject({ dtype: 'float16', origin: 'oracle' })
  expect(['pass', 'near-tie'], verdict.reason).toContain(verdict.outcome)
})

it('stands beside another version, which does not read the config that today’s writes', async () => {
  const verdicts = await run(['transformers@5.6.2', 'transformers'], ['gemma4/e2b/pruned'])
  const found = new Map(verdicts.map((verdict) => [verdict.engine, verdict]))
  expect(found.get('transformers@5.23.0:cpu/float32')).toMatchObject({ outcome: 'pass', engineVersion: '5.23.0' })
  const other = found.get('transformers@5.6.2:cpu/float32')
  expect(other).toMatchObject({ outcome: 'error', engineVersion: '5.6.2' })
  expect(other?.reason).toMatch(/^9 weights missing or of another shape: model\.layers\.3\.self_attn\./)
})

it('takes in the other version what both can read', async () => {
  const [verdict] = await run(['transformers@5.6.2'], ['gemma4/e2b-fine-tuned-5.5/stored'])
  expect(verdict).toMatchObject({ outcome: 'pass', engineVersion: '5.6.2' })
})

it.each([
  ['transformers-flash', 'option attention is "flash": it takes "eager" or "sdpa"'],
  [
    'transformers-misspelt',
    'there is no option "atention": transformers takes threads, attention, useCache, deviceMap',
  ],
])('%s is refused', async (engine, reason) => {
  const [verdict] = await run([engine], ['gemma4/e2b/pruned'])
  expect(verdict).toMatchObject({ outcome: 'error', stage: 'open', fault: 'engine', reason })
})
