import { expect, it } from 'vitest'
import { parseSourceId } from '../source-id.js'
import { labelEngine } from './label-engine.js'

const label = (engines: string, asked: string, found: string | null) =>
  labelEngine(
    engines.split(',').map(parseSourceId),
    parseSourceId(asked),
    { device: 'cpu', dtype: 'float32', ...withoutGaps(parseSourceId(asked)) },
    found,
  )
const withoutGaps = (id: ReturnType<typeof parseSourceId>) =>
  Object.fromEntries(Object.entries(id).filter(([, value]) => value !== undefined)) as { name: string }

it.each([
  ['mlx-lm', 'mlx-lm', '0.32.2', 'mlx-lm:cpu/float32'],
  ['mlx-lm@0.31.2', 'mlx-lm@0.31.2', '0.31.2', 'mlx-lm:cpu/float32'],
  ['mlx-lm@0.31.2,mlx-lm@0.32.2', 'mlx-lm@0.31.2', '0.31.2', 'mlx-lm@0.31.2:cpu/float32'],
  ['mlx-lm@0.31.2,mlx-lm', 'mlx-lm', '0.32.2', 'mlx-lm@0.32.2:cpu/float32'],
  // It could not run, so nobody knows.
  ['mlx-lm@0.31.2,mlx-lm', 'mlx-lm', null, 'mlx-lm:cpu/float32'],
  ['mlx-lm@0.31.2:cpu,mlx-lm', 'mlx-lm@0.31.2:cpu', null, 'mlx-lm@0.31.2:cpu/float32'],
  ['mlx-lm@0.31.2/bfloat16,mlx-lm/float32', 'mlx-lm@0.31.2/bfloat16', '0.31.2', 'mlx-lm:cpu/bfloat16'],
  ['mlx-lm@0.31.2,onnxruntime:cpu', 'mlx-lm@0.31.2', '0.31.2', 'mlx-lm:cpu/float32'],
])('of %s, %s in version %s is %s', (engines, asked, found, expected) => {
  expect(label(engines, asked, found)).toBe(expected)
})
