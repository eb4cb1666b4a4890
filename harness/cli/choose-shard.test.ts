import { expect, it } from 'vitest'
import type { LoadedCase } from '../cases/load-cases.js'
import type { HistoryPoint, PastVerdict } from '../report/history.js'
import { listCells } from '../run/cells.js'
import { parseSourceId } from '../source-id.js'
import { chooseShard } from './choose-shard.js'

const cases: LoadedCase[] = ['a', 'b', 'c', 'd'].map((id) => ({
  id,
  checkpoint: '.',
  prompts: [{ id: 'one', tokens: [2] }],
  generate: 1,
  file: 'x.case.json',
}))

const cellsOn = (engine: string) => listCells({ cases, engines: [parseSourceId(engine)], isNightly: true }).cells

const past = (elapsedMs: number, engineVersion = '1.30.0'): PastVerdict => ({
  outcome: 'pass',
  excess: 1,
  engineVersion,
  elapsedMs,
})
const point = (verdicts: Record<string, PastVerdict>): HistoryPoint => ({
  at: '2026-11-24T08:00:00Z',
  tool: '1.2.3',
  commit: null,
  reference: 'oracle',
  verdicts,
})

const history = [
  point({ 'a on onnxruntime:cpu/float32': past(1), 'b on onnxruntime:cpu/float32': past(3) }),
  point({
    'a on onnxruntime:cpu/float32': past(9),
    'a on onnxruntime:webgpu/float32': past(1),
    'c on onnxruntime:cpu/float32': past(4),
    'd on onnxruntime:cpu/float32': past(3, '1.29.0'),
  }),
]

it('is the whole run where no shard is named', () => {
  expect(chooseShard(undefined, cellsOn('onnxruntime'), history)).toBeNull()
})

it.each(['onnxruntime:cpu', 'onnxruntime:cpu/float32', 'onnxruntime'])(
  'balances the last times of %s, as it ran',
  (engine) => {
    expect(chooseShard('2/2', cellsOn(engine), history)).toEqual({
      index: 2,
      total: 2,
      cells: [[`a on ${engine}`], ['b', 'c', 'd'].map((id) => `${id} on ${engine}`)],
    })
  },
)

it('counts cells of an engine that history does not know', () => {
  for (const engine of ['oracle', 'onnxruntime@1.31.0:cpu'])
    expect(chooseShard('1/2', cellsOn(engine), history)?.cells).toEqual([
      [`a on ${engine}`, `c on ${engine}`],
      [`b on ${engine}`, `d on ${engine}`],
    ])
})
