import { expectedTensors } from './expected-tensors.js'
import type { Gemma4Config, LayerConfig } from './gemma4-config.js'

export { expectedTensors, type ExpectedTensor } from './expected-tensors.js'

/** The tensors that a config needs, against those present. Names are in the order of the model or of the files. */
export interface Layout {
  /**
   * Whether shared layers carry K/V tensors of their own, which nothing uses: `pruned` none, `redundant` all of them,
   * `mixed` some; `none`: the model shares no K/V.
   */
  readonly kind: 'pruned' | 'redundant' | 'mixed' | 'none'
  readonly kvSharing: readonly { readonly layer: number; readonly donor: number }[]
  readonly missing: readonly string[]
  readonly unexpected: readonly string[]
  readonly shapeMismatch: readonly {
    readonly name: string
    readonly expected: readonly number[]
    readonly actual: readonly number[]
  }[]
  /** Present, accepted and not used, as in transformers: K/V of shared layers, vision and audio towers. */
  readonly unused: readonly string[]
  readonly ok: boolean
}

type Shaped = Pick<ReadonlyMap<string, { readonly shape: readonly number[] }>, 'get' | 'has' | 'keys'>

const towers = /^(?:model\.)?(?:vision_tower|audio_tower|embed_vision|embed_audio)\./
/** Buffers that older versions saved and every version computes for itself. */
const rotaryBuffers = /(?:^|\.)rotary_emb\.inv_freq$/

/** Compares by name and shape. Reports, never throws. */
export function checkLayout(config: Gemma4Config, tensors: Shaped): Layout {
  const expected = expectedTensors(config)
  const needed = new Set(expected.map(({ name }) => name))
  const others = [...tensors.keys()].filter((name) => !needed.has(name))
  const isUnused = (name: string) => isSharedKv(config, name) || towers.test(name) || rotaryBuffers.test(name)

  const missing = [...needed].filter((name) => !tensors.has(name))
  const unexpected = others.filter((name) => !isUnused(name))
  const shapeMismatch = expected.flatMap(({ name, shape }) => {
    const actual = tensors.get(name)?.shape
    return actual === undefined || sameShape(actual, shape) ? [] : [{ name, expected: shape, actual }]
  })
  return {
    kind: layoutKind(config, tensors),
    kvSharing: config.layers.flatMap(({ index, donor }) => (donor === null ? [] : [{ layer: index, donor }])),
    missing,
    unexpected,
    shapeMismatch,
    unused: others.filter(isUnused),
    ok: missing.length + unexpected.length + shapeMismatch.length === 0,
  }
}

function layoutKind(config: Gemma4Config, tensors: Shaped): Layout['kind'] {
  const shared = config.layers.filter(({ donor }) => donor !== null)
  if (shared.length === 0) return 'none'
  const all = shared.flatMap((layer) => kvNames(config, layer)).every((name) => tensors.has(name))
  if (all) return 'redundant'
  return [...tensors.keys()].some((name) => isSharedKv(config, name)) ? 'mixed' : 'pruned'
}

/** Weights that a shared layer would have if it shared nothing. */
function kvNames({ prefix }: Gemma4Config, { index, keyIsValue }: LayerConfig): string[] {
  const parts = keyIsValue ? ['k_proj', 'k_norm'] : ['k_proj', 'v_proj', 'k_norm']
  return parts.map((part) => `${prefix}layers.${index}.self_attn.${part}.weight`)
}

/** Whatever its shape: transformers does not look at these either. */
function isSharedKv({ prefix, layers }: Gemma4Config, name: string): boolean {
  if (!name.startsWith(prefix)) return false
  const match = /^layers\.(\d+)\.self_attn\.(?:k_proj|v_proj|k_norm|v_norm)\.(?:weight|bias)$/.exec(
    name.slice(prefix.length),
  )
  const donor = match && layers[Number(match[1])]?.donor
  return typeof donor === 'number'
}

function sameShape(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((size, axis) => size === other[axis])
}
