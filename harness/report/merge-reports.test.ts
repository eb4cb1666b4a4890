import { describe, expect, it } from 'vitest'
import { ParityError } from '../errors.js'
import type { Comparison, Verdict } from '../types.js'
import type { Report } from './build.js'
import { mergeReports, type NamedReport } from './merge-reports.js'
import { makeReport, makeVerdict } from './report.fixture.js'

const gpu = { engine: 'onnxruntime:webgpu/float32', adapter: 'Some GPU' }
const verdicts = [
  makeVerdict({ caseId: 'mine/a' }),
  makeVerdict({ caseId: 'mine/b', outcome: 'fail', change: 'regressed' }),
  makeVerdict({ caseId: 'mine/a', ...gpu }),
  makeVerdict({ caseId: 'mine/b', ...gpu, outcome: 'skipped', engineVersion: null }),
  makeVerdict({ caseId: 'mine/words', engine: 'tokenizers', engineVersion: '0.22.1', reference: 'transformers' }),
]
const cells = [
  ['mine/b on onnxruntime:webgpu', 'mine/a on onnxruntime'],
  ['mine/b on onnxruntime'],
  ['mine/a on onnxruntime:webgpu', 'mine/words on tokenizers'],
]
const found: readonly (readonly Verdict[])[] = [[verdicts[3], verdicts[0]], [verdicts[1]], [verdicts[2], verdicts[4]]]

const makeShard = (index: number, change: Partial<Report> = {}, some = found[index - 1]): NamedReport => ({
  file: `shards/${index}`,
  report: { ...makeReport(...some), shard: { index, total: 3, cells }, ...change },
})

const refused = (...shards: NamedReport[]): string => {
  try {
    mergeReports(shards)
  } catch (error) {
    if (ParityError.is(error)) return `${error.code} ${error.message}`
    throw error
  }
  return 'nothing was refused'
}

describe('mergeReports', () => {
  it('gives what one run would have given, whatever the order of the shards', () => {
    expect(mergeReports([makeShard(3), makeShard(1), makeShard(2)])).toEqual(makeReport(...verdicts))
  })

  it('counts from the earliest start, takes the longest duration, and names all machines', () => {
    const { platform } = makeShard(1).report
    const small = { ...platform, processor: 'Small CPU', memoryBytes: 1024, threads: 1 }
    const merged = mergeReports([
      makeShard(1, { startedAt: '2026-11-24T08:00:05.000Z', elapsedMs: 50 }),
      makeShard(2, { startedAt: '2026-11-24T08:00:01.000Z', elapsedMs: 70, platform: small }),
      makeShard(3, { startedAt: '2026-11-24T08:00:09.000Z', elapsedMs: 10 }),
    ])
    expect([merged.startedAt, merged.elapsedMs]).toEqual(['2026-11-24T08:00:01.000Z', 70])
    expect(merged.platform).toEqual({
      ...platform,
      processor: `${platform.processor}; Small CPU`,
      memoryBytes: 1024,
      threads: 1,
    })
  })

  it('says which cells went with a lost shard', () => {
    const { verdicts: all, summary } = mergeReports([makeShard(1), makeShard(3)])
    expect(all.map(({ caseId, engine, outcome }) => `${outcome} ${caseId} on ${engine}`)).toEqual([
      'pass mine/a on onnxruntime:cpu/float32',
      'pass mine/a on onnxruntime:webgpu/float32',
      'error mine/b on onnxruntime:cpu/float32',
      'skipped mine/b on onnxruntime:webgpu/float32',
      'pass mine/words on tokenizers',
    ])
    expect(summary.error).toBe(1)
    const { fault, reason, hint, reproduce, reference } = all[2]
    expect({ fault, reason, hint, reproduce, reference }).toEqual({
      fault: 'infrastructure',
      reason: 'shard 2/3 is lost: no report of it was given',
      hint: 'Run shard 2/3 again and merge all shards.',
      reproduce: 'npx parity run --case mine/b --engine onnxruntime',
      reference: 'transformers@5.23.0/float64, recorded',
    })
  })

  it('names the only reference of the run, and no engine that cannot be asked for', () => {
    const { verdicts: all } = mergeReports([makeShard(1), makeShard(2)])
    const { caseId, engine, outcome, reference, reproduce } = all[4]
    expect({ caseId, engine, outcome, reference, reproduce }).toEqual({
      caseId: 'mine/words',
      engine: 'tokenizers',
      outcome: 'error',
      reference: 'transformers@5.23.0/float64, recorded',
      reproduce: 'npx parity run --case mine/words',
    })
  })

  it('says which cells a shard that was cut short had not reached', () => {
    const { verdicts: all } = mergeReports([makeShard(1, {}, [verdicts[0]]), makeShard(2), makeShard(3)])
    expect(all.filter(({ outcome }) => outcome === 'error')).toHaveLength(1)
    const { caseId, engine, reason } = all[3]
    expect({ caseId, engine, reason }).toEqual({
      caseId: 'mine/b',
      engine: 'onnxruntime:webgpu/float32',
      reason: 'shard 1/3 was cut short: shards/1 has no verdict on this',
    })
  })

  it('refuses what is not a shard of this run', () => {
    expect(refused({ file: 'a', report: makeReport() })).toBe('PARITY_REPORT a is not the report of a shard')
    expect(refused(makeShard(1), { ...makeShard(1), file: 'b' })).toBe(
      'PARITY_REPORT shards/1 and b are both shard 1 of 3',
    )
    expect(refused(makeShard(1, { shard: { index: 1, total: 2, cells } }))).toBe(
      'PARITY_REPORT shards/1 calls itself shard 1 of 2, but has a plan for 3',
    )
    const four = { index: 2, total: 4, cells: [...cells, []] }
    expect(refused(makeShard(1), makeShard(2, { shard: four }))).toBe(
      'PARITY_REPORT shards/1 and shards/2 are of 3 and of 4 shards',
    )
    const other = { index: 2, total: 3, cells: [cells[2], cells[1], cells[0]] }
    expect(refused(makeShard(1), makeShard(2, { shard: other }))).toBe(
      'PARITY_REPORT shards/1 and shards/2 are of different plans',
    )
    expect(refused(makeShard(1), makeShard(2, { leftToNightly: 3 }))).toBe(
      'PARITY_REPORT shards/1 and shards/2 are of different plans',
    )
  })

  it('refuses a verdict that the plan has not, and a second one on the same cell', () => {
    expect(refused(makeShard(1, {}, [...found[0], verdicts[2]]))).toBe(
      'PARITY_REPORT shards/1 has a verdict on mine/a on onnxruntime:webgpu/float32 that shard 1 of 3 was not to give',
    )
    expect(refused(makeShard(2, {}, [verdicts[1], verdicts[1]]))).toBe(
      'PARITY_REPORT shards/2 has a verdict on mine/b on onnxruntime:cpu/float32 that shard 2 of 3 was not to give',
    )
  })

  it('refuses different versions', () => {
    const tool = { name: 'transformers-parity', version: '1.2.4' } as const
    expect(refused(makeShard(1), makeShard(2, { tool }))).toBe(
      'PARITY_REPORT shards/1 and shards/2 are by different versions of transformers-parity: 1.2.3 and 1.2.4',
    )
    expect(refused(makeShard(1), makeShard(2, {}, [{ ...verdicts[1], engineVersion: '1.31.0' }]))).toBe(
      'PARITY_REPORT onnxruntime:cpu/float32 is 1.30.0 in shards/1 and 1.31.0 in shards/2',
    )
    const logits: Comparison = { aspect: 'logits', passed: true, metrics: {}, needed: null, nearTies: [] }
    const compared = (index: number, of: number, reference: string) => ({
      ...found[index - 1][of],
      reference,
      comparisons: [logits],
    })
    expect(
      refused(
        makeShard(1, {}, [verdicts[3], compared(1, 1, 'transformers@5.22.0')]),
        makeShard(3, {}, [compared(3, 0, 'transformers@5.23.0'), verdicts[4]]),
      ),
    ).toBe(
      'PARITY_REPORT the reference of mine/a is transformers@5.22.0 in shards/1 and transformers@5.23.0 in shards/3',
    )
  })
})
