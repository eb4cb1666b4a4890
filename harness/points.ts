/**
 * Where a model can be looked into, in the order in which it computes. The names are those of the worker protocol's
 * tensors. This file imports only what a defect calls the place that it sits in.
 */
import type { Part } from './defect.js'

/** A value that a model computes on its way: [positions, width]. */
export interface Point {
  /** `embedding`, `layers.3`, `layers.3.attention.q`: the tensor's name behind the prompt's index. */
  readonly name: string
  readonly layer: number | null
  readonly part: Part
  /** What was computed, in words. */
  readonly what: string
}

/** Inside a layer; a model has those that its layers have. The last one, the layer's output, is `layers.N` itself. */
const insideLayer: readonly (readonly [name: string, part: Part, what: string])[] = [
  ['attention.q', 'attention', 'queries, after norm and rotary embedding'],
  ['attention.k', 'attention', 'keys, after norm and rotary embedding'],
  ['attention.v', 'attention', 'values, after norm'],
  ['attention.heads', 'attention', 'what the heads read: softmax of the scores, times values'],
  ['attention.output', 'attention', 'output projection'],
  ['attention', 'attention', 'attention, normed and added'],
  ['mlp.output', 'mlp', 'down projection of the MLP'],
  ['router', 'router', 'share of each expert'],
  ['experts.output', 'experts', 'weighted sum of the experts'],
  ['experts', 'experts', 'experts and MLP, normed and added'],
  ['feed-forward', 'mlp', 'feed-forward block, normed and added'],
  ['per-layer-input.embedding', 'per-layer-input', 'what the layer is told of the token'],
  ['per-layer-input.output', 'per-layer-input', 'projection of the per-layer input'],
  ['per-layer-input', 'per-layer-input', 'per-layer input, normed and added'],
]

/** All points of a model with so many layers. */
export function listPoints(layers: number): Point[] {
  const inside = Array.from({ length: layers }, (_, layer): Point[] => [
    ...insideLayer.map(([name, part, what]) => ({ name: `layers.${layer}.${name}`, layer, part, what })),
    { name: `layers.${layer}`, layer, part: 'layer-scalar', what: 'output, times the layer scalar' },
  ])
  return [
    { name: 'embedding', layer: null, part: 'embedding', what: 'scaled embedding' },
    ...inside.flat(),
    { name: 'final-norm', layer: null, part: 'head', what: 'final norm' },
    { name: 'logits', layer: null, part: 'head', what: 'logits' },
  ]
}
