import type { Gemma4Config } from '../../checkpoint/config.js'
import { listPoints, type Point } from '../../points.js'

/** Width of every point that a model of this config has, but for its logits, by name: docs/worker-protocol.md. */
export function pointWidths(config: Gemma4Config): ReadonlyMap<string, number> {
  const widths = listPoints(config.layers.length).map((point) => [point.name, widthOf(point, config)] as const)
  return new Map(widths.flatMap(([name, width]) => (width === null ? [] : [[name, width]])))
}

/** Null where the model has no such point. */
function widthOf({ name, layer }: Point, { hiddenSize, heads, experts, perLayerInputSize, layers }: Gemma4Config) {
  if (name === 'logits') return null
  if (layer === null) return hiddenSize
  const { headDim, kvHeads, donor } = layers[layer]
  const part = name.slice(`layers.${layer}.`.length)
  if (part === 'attention.q' || part === 'attention.heads') return heads * headDim
  if (part === 'attention.k' || part === 'attention.v') return donor === null ? kvHeads * headDim : null
  if (part === 'router') return experts?.count ?? null
  if (part.startsWith('experts')) return experts === null ? null : hiddenSize
  if (part === 'per-layer-input.embedding') return perLayerInputSize || null
  if (part.startsWith('per-layer-input')) return perLayerInputSize > 0 ? hiddenSize : null
  return hiddenSize
}
