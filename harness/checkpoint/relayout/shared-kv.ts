import { join } from 'node:path'
import type { Relayout } from '../../types.js'
import type { Checkpoint } from '../checkpoint.js'
import type { LayerConfig } from '../gemma4-config.js'
import { expectedTensors } from '../layout.js'
import type { TensorInfo } from '../safetensors.js'
import { unusable } from '../unusable.js'

export interface SharedKvPlan {
  /** Full names. */
  readonly dropped: readonly string[]
  /** Full name → the donor's tensor. */
  readonly added: ReadonlyMap<string, TensorInfo>
}

/**
 * The K/V tensors that shared layers lose, or get from their donors, so that the checkpoint has the wanted layout. Those
 * that a layer has and keeps stay as they are. Throws PARITY_CHECKPOINT where the layout cannot be had.
 */
export function planSharedKv(checkpoint: Checkpoint, layout: Relayout['layout']): SharedKvPlan {
  const { config, folder } = checkpoint
  const sharing = config.layers.filter(({ donor }) => donor !== null)
  const needed = layout === 'redundant' ? 1 : layout === 'mixed' ? 2 : 0
  if (sharing.length < needed) {
    const what = sharing.length === 0 ? 'no layer shares' : 'only one layer shares'
    const message = `num_kv_shared_layers: ${what} keys and values, so there is no ${layout} layout`
    throw unusable(join(folder, 'config.json'), message, 'Leave the layout as it is.')
  }
  if (layout === undefined) return { dropped: [], added: new Map() }

  const carries = (place: number) => layout === 'redundant' || (layout === 'mixed' && place % 2 === 0)
  return {
    dropped: sharing.flatMap((layer, place) => (carries(place) ? [] : ownKv(checkpoint, layer))),
    added: new Map(sharing.flatMap((layer, place) => (carries(place) ? missingKv(checkpoint, layer) : []))),
  }
}

/** K/V tensors that a shared layer has, those included that its type of layer should not have. */
function ownKv({ config, tensors }: Checkpoint, { index }: LayerConfig): string[] {
  const start = `${config.prefix}layers.${index}.self_attn.`
  const isKv = (name: string) => /^(?:k_proj|v_proj|k_norm|v_norm)\.(?:weight|bias)$/.test(name.slice(start.length))
  return [...tensors.keys()].filter((name) => name.startsWith(start) && isKv(name))
}

function missingKv({ config, tensors }: Checkpoint, layer: LayerConfig): [string, TensorInfo][] {
  const start = `${config.prefix}layers.${layer.index}.`
  const needed = new Set(expectedTensors(config).map(({ name }) => name))
  const alone = { ...config, layers: config.layers.map((each) => (each === layer ? { ...each, donor: null } : each)) }
  return expectedTensors(alone)
    .filter(({ name }) => name.startsWith(start) && !needed.has(name))
    .flatMap(({ name, shape }): [string, TensorInfo][] => {
      const own = tensors.get(name)
      if (own === undefined) return [[name, donated(tensors, config.prefix, layer, name.slice(start.length))]]
      if (own.shape.join() === shape.join()) return []
      const what = `tensor '${name}' is [${own.shape.join(', ')}]; a layer like its donor has [${shape.join(', ')}]`
      throw unusable(own.file, what, 'Drop it and have it copied from the donor: --layout pruned, then redundant.')
    })
}

function donated(
  tensors: ReadonlyMap<string, TensorInfo>,
  prefix: string,
  { donor }: LayerConfig,
  rest: string,
): TensorInfo {
  const info = tensors.get(`${prefix}layers.${donor}.${rest}`)
  if (info === undefined) throw new Error(`layer ${donor} has no ${rest}, though the layout was checked`)
  return info
}
