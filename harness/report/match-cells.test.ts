import { describe, expect, it } from 'vitest'
import { matchCells } from './match-cells.js'
import { makeVerdict } from './report.fixture.js'

const cpu = makeVerdict()
const gpu = makeVerdict({ engine: 'onnxruntime:webgpu/float32' })

describe('matchCells', () => {
  it('lets the cells choose first that ask for most', () => {
    const cells = ['mine/e4b on onnxruntime', 'mine/e4b on onnxruntime:cpu']
    expect(matchCells(cells, [cpu, gpu])).toEqual({
      reached: [
        { cell: cells[0], verdict: gpu },
        { cell: cells[1], verdict: cpu },
      ],
      missing: [],
      surplus: [],
    })
  })

  it('tells two versions of an engine apart', () => {
    const old = makeVerdict({ engineVersion: '1.29.0' })
    const cells = ['mine/e4b on onnxruntime@1.30.0:cpu', 'mine/e4b on onnxruntime@1.29.0:cpu']
    expect(matchCells(cells, [old, cpu]).reached).toEqual([
      { cell: cells[0], verdict: cpu },
      { cell: cells[1], verdict: old },
    ])
  })

  it('gives what is missing and what is too much', () => {
    const cells = ['mine/e4b on onnxruntime:cpu', 'mine/other on onnxruntime:webgpu']
    expect(matchCells(cells, [gpu, cpu, cpu])).toEqual({
      reached: [{ cell: cells[0], verdict: cpu }],
      missing: [cells[1]],
      surplus: [gpu, cpu],
    })
  })
})
