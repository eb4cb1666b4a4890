import { expect, it } from 'vitest'
import { writeTinyCheckpoint } from '../checkpoint/tiny.fixture.js'
import { temporaryFolder } from '../checkpoint/refusal.fixture.js'
import { makeSources } from '../sources/index.js'
import type { Pace, Source } from '../sources/source.js'
import type { PreparedCase } from '../types.js'
import { countWork, describeWork, estimateWork } from './estimate-work.js'

const id = { name: 'oracle', dtype: 'float64' }

async function tinyCase(tokens: number): Promise<PreparedCase> {
  const folder = await temporaryFolder()
  await writeTinyCheckpoint(folder)
  return { id: 'mine', folder, prompts: [{ id: 'p', tokens: new Array<number>(tokens).fill(2) }], generate: 4 }
}

const slow = (pace: Pace): Source => ({ ...makeSources().find({ name: 'oracle' }), pace: () => Promise.resolve(pace) })

it('says how long in words, with no more figures than it knows', () => {
  const work = { values: 600_000, held: 600_000, tokens: 1240 }
  expect([3, 80, 725, 5000, 12_345, 400_000].map((seconds) => describeWork(work, seconds))).toEqual([
    'about 3 seconds: 600,000 values × 1,240 tokens',
    'about 80 seconds: 600,000 values × 1,240 tokens',
    'about 12 minutes: 600,000 values × 1,240 tokens',
    'about 83 minutes: 600,000 values × 1,240 tokens',
    'about 3.4 hours: 600,000 values × 1,240 tokens',
    'about 4.6 days: 600,000 values × 1,240 tokens',
  ])
})

it('refuses what would take too long, or not fit, and says what to do', async () => {
  const item = await tinyCase(56)
  const { values, held, tokens } = await countWork(item)
  expect(tokens).toBe(60)
  const perSecond = (values * tokens) / 700
  const refused = await estimateWork(slow({ perSecond, mostValues: Infinity, faster: 'Faster' }), id, item)
  expect(refused?.refusal?.message).toBe(
    `oracle/float64 is not started over mine: it would take about 12 minutes: ${values.toLocaleString('en-US')} values × 60 tokens, and may take 10 minutes`,
  )
  expect(refused?.refusal?.hint).toBe(
    'Fewer or shorter prompts (--tokens, --generate), --oracle-minutes 12, or transformers as the reference (parity doctor --install transformers). Faster.',
  )
  const allowed = await estimateWork(slow({ perSecond, mostValues: Infinity }), id, item, 12)
  expect([allowed?.refusal, allowed?.isLong]).toEqual([null, true])
  const large = await estimateWork(slow({ perSecond: 1e9, mostValues: held - 1 }), id, item)
  expect(large?.refusal?.message).toMatch(/it would hold [\d,]+ values, and takes up to [\d,]+/)
})

it('estimates nothing of a source that is not slow, and the oracle by what runs it', async () => {
  const item = await tinyCase(8)
  const sources = makeSources({ patient: { source: 'oracle', options: { force: true }, python: 'python3.13' } })
  expect(await estimateWork(sources.find({ name: 'onnxruntime' }), { name: 'onnxruntime' }, item)).toBe(null)
  expect(await sources.find({ name: 'oracle' }).pace?.({})).toMatchObject({ perSecond: 7.5e6, mostValues: 1e8 })
  expect(await sources.find({ name: 'patient' }).pace?.({})).toEqual({ perSecond: 2.2e7, mostValues: Infinity })
})
