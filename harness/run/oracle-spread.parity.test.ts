/** The spread of the oracle, where transformers' own is known and where it is not. */
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { filterCases } from '../cases/filter-cases.js'
import { loadCases } from '../cases/load-cases.js'
import { prepareCase } from '../cases/prepare-case.js'
import { defaultLimits } from '../compare/limits.js'
import { packageRoot } from '../package-root.js'
import { makeSources } from '../sources/index.js'
import { readRecording } from '../trace/recording-store.js'
import type { PreparedCase } from '../types.js'
import { isTokenizerCase } from './cells.js'
import { measureOracleSpread } from './oracle-spread.js'
import type { RunPlan } from './plan.js'
import { openReference } from './reference.js'

const { signal } = new AbortController()
const plan: RunPlan = {
  sources: makeSources(),
  cases: [],
  engines: [],
  reference: { name: 'recorded' },
  recordings: join(packageRoot, 'references/recorded'),
  limits: defaultLimits,
  budget: { jobs: 1, memory: 2 ** 33 },
  isNightly: false,
  threads: 1,
  timeouts: { startMs: 60_000, openMs: 300_000, observeMs: 300_000 },
  options: {},
  reproduce: () => '',
}

let item: PreparedCase
beforeAll(async () => {
  const [found] = filterCases(await loadCases(join(packageRoot, 'cases')), { case: ['gemma4/e2b/pruned'] })
  if (isTokenizerCase(found)) throw new Error(`${found.id} asks a tokenizer`)
  item = await prepareCase(found, signal, () => undefined)
})

it('is that of transformers in bfloat16, within a tenth', async () => {
  const { recording, truth } = await readRecording(plan.recordings, item)
  const spread = await measureOracleSpread(plan, item, truth, 'bfloat16', signal)
  expect(spread?.origin).toBe('oracle')
  expect((spread?.rms ?? NaN) / recording.dtypes.bfloat16.error.rms).toBeCloseTo(1, 1)
})

it('stands in for float16, of which nothing is recorded', async () => {
  const reference = await openReference(plan, item, signal)
  const inFloat16 = await reference.spread('float16', signal)
  expect({ dtype: inFloat16.dtype, origin: inFloat16.origin }).toEqual({ dtype: 'float16', origin: 'oracle' })
  // Three bits more than bfloat16 has.
  const { rms } = await reference.spread('bfloat16', signal)
  expect(rms / inFloat16.rms).toBeGreaterThan(6)
  expect(rms / inFloat16.rms).toBeLessThan(10)
})

it('is none of a dtype that the oracle does not know', async () => {
  const { truth } = await readRecording(plan.recordings, item)
  expect(await measureOracleSpread(plan, item, truth, 'q8_0', signal)).toBe(null)
})
