import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint, type Checkpoint } from '../../../checkpoint/checkpoint.js'
import { packageRoot } from '../../../package-root.js'
import { buildGemma4Graph } from './gemma4.js'

const open = (name: string) => openCheckpoint(join(packageRoot, 'cases/checkpoints', name))

describe('a graph over a checkpoint with shared keys and values', () => {
  let pruned: Checkpoint
  let redundant: Checkpoint
  beforeAll(async () => {
    ;[pruned, redundant] = await Promise.all([open('gemma-4-e2b-tiny'), open('gemma-4-e2b-tiny-redundant')])
  })

  it.each(['pruned', 'redundant'] as const)(
    'creates no K/V projections for the layers that share, %s layout',
    (layout) => {
      const checkpoint = layout === 'pruned' ? pruned : redundant
      const graph = buildGemma4Graph(checkpoint)
      const projections = graph.initializers.map(({ name }) => name).filter((name) => /\.[kv]_(proj|norm)\./.test(name))
      expect(new Set(projections.map((name) => Number(/layers\.(\d+)/.exec(name)?.[1])))).toEqual(new Set([0, 1, 2, 3]))
      const cached = graph.inputs.map(({ name }) => name).filter((name) => name.startsWith('past.'))
      expect(cached).toEqual([0, 1, 2, 3].flatMap((layer) => [`past.${layer}.keys`, `past.${layer}.values`]))
    },
  )

  it('refuses a shared layer whose donor has no keys and values to give', () => {
    const layers = pruned.config.layers.map((layer) => (layer.index === 7 ? { ...layer, donor: 4 } : layer))
    const wrong = { ...pruned, config: { ...pruned.config, layers } }
    expect(() => buildGemma4Graph(wrong)).toThrow('layer 7 shares the key/value states of layer 4, but none were given')
  })

  it('points every weight at its bytes in the checkpoint, and copies none', () => {
    const { initializers } = buildGemma4Graph(redundant)
    const weights = initializers.filter(({ name }) => redundant.tensors.has(name))
    const used = [...redundant.tensors.keys()].filter((name) => !redundant.layout.unused.includes(name))
    // The rows of the per-layer table are read from the file as prompts need them.
    expect(weights.map(({ name }) => name).sort()).toEqual(used.filter((name) => !name.includes('per_layer.')).sort())
    for (const { name, data } of weights) {
      const info = redundant.tensors.get(name)
      expect(data).toEqual({ location: 'model.safetensors', offset: info?.offset, length: info?.bytes })
    }
    const copied = initializers.reduce((sum, { data }) => sum + (data instanceof Uint8Array ? data.length : 0), 0)
    expect(copied).toBeLessThan(4096)
  })
})
