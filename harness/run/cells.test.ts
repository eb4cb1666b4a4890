import { expect, it } from 'vitest'
import type { LoadedCase } from '../cases/load-cases.js'
import { parseSourceId } from '../source-id.js'
import { listCells, nameOfEngine } from './cells.js'

const frame = { checkpoint: '/a', file: '/a.case.ts' }
const model = { ...frame, prompts: [{ id: 'one', tokens: [2] }], generate: 1 }
const cases: LoadedCase[] = [
  { ...model, id: 'a' },
  { ...model, id: 'b', nightly: ['onnxruntime:webgpu'] },
  { ...frame, id: 'c', tokenizer: { texts: ['x'], chats: [] } },
]
const engines = ['onnxruntime:cpu', 'onnxruntime:webgpu'].map(parseSourceId)
const names = (isNightly: boolean) => {
  const { cells, later } = listCells({ cases, engines, isNightly })
  return [cells, later].map((some) => some.map((cell) => `${cell.item.id} ${nameOfEngine(cell)}`))
}

it('leaves to the nightly run what a case leaves to it, and asks a tokenizer once', () => {
  expect(names(false)).toEqual([
    ['c tokenizers', 'a onnxruntime:cpu', 'a onnxruntime:webgpu', 'b onnxruntime:cpu'],
    ['b onnxruntime:webgpu'],
  ])
})

it('leaves nothing behind in a nightly run', () => {
  const [cells, later] = names(true)
  expect(cells).toHaveLength(5)
  expect(later).toEqual([])
})
