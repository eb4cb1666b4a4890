import { textFields, type TextFields } from './config-fields.js'
import type { LayerConfig } from './gemma4-config.js'
import { unusable } from './unusable.js'

const hint = 'Correct config.json: transformers cannot build this model either.'

/** Every layer's geometry and donor, as transformers 5.23 derives them. Throws PARITY_CHECKPOINT naming the layer. */
export function parseLayers(fields: TextFields, file: string): LayerConfig[] {
  const types = layerTypes(fields, file)
  const overrides = perLayerOverrides(fields, types, file)
  const firstShared = types.length - fields.num_kv_shared_layers
  const layers = types.map((type, index): LayerConfig => {
    const shared = index >= firstShared
    return {
      index,
      type,
      headDim: override(overrides, index, 'head_dim', fields.head_dim, file),
      kvHeads: override(overrides, index, 'num_key_value_heads', fields.num_key_value_heads, file),
      intermediateSize: fields.intermediate_size * (shared && fields.use_double_wide_mlp ? 2 : 1),
      donor: shared ? donorOf(index, types.slice(0, Math.max(firstShared, 0)), type, file) : null,
      keyIsValue: fields.attention_k_eq_v && type === 'full',
    }
  })
  for (const layer of layers) checkLayer(layer, layers, fields.num_attention_heads, file)
  return layers
}

function layerTypes({ layer_types, num_hidden_layers }: TextFields, file: string): LayerConfig['type'][] {
  if (layer_types && layer_types.length !== num_hidden_layers) {
    throw unusable(file, `layer_types has ${layer_types.length} entries for ${num_hidden_layers} layers`, hint)
  }
  // Absent: five sliding layers, then a full one. The last layer is always full, whatever is stated.
  return Array.from({ length: num_hidden_layers }, (_, index) => {
    const full = layer_types ? layer_types[index] === 'full_attention' : (index + 1) % 6 === 0
    return full || index === num_hidden_layers - 1 ? 'full' : 'sliding'
  })
}

type Overrides = ReadonlyMap<number, Readonly<Record<string, unknown>>>

/** From `per_layer_config`; only where that key is absent from `global_head_dim` and `num_global_key_value_heads`. */
function perLayerOverrides(fields: TextFields, types: readonly LayerConfig['type'][], file: string): Overrides {
  if (fields.per_layer_config === undefined) {
    const full: Record<string, unknown> = { head_dim: fields.global_head_dim }
    const kvHeads = fields.attention_k_eq_v ? fields.num_global_key_value_heads : null
    if (kvHeads) full.num_key_value_heads = kvHeads
    return new Map(types.flatMap((type, index) => (type === 'full' ? [[index, full]] : [])))
  }

  const overrides = new Map<number, Record<string, unknown>>()
  for (const [key, values] of Object.entries(fields.per_layer_config ?? {})) {
    const index = /^\d+$/.test(key) ? Number(key) : NaN
    if (!(index < types.length)) throw unusable(file, `per_layer_config: there is no layer '${key}'`, hint)
    overrides.set(index, values)
    for (const [field, value] of Object.entries(values))
      checkOverride(fields, `per_layer_config.${key}`, field, value, file)
  }
  return overrides
}

/** transformers reads every other field from the whole model and refuses one that differs from layer to layer. */
function checkOverride(fields: TextFields, at: string, field: string, value: unknown, file: string): void {
  if (field === 'head_dim' || field === 'num_key_value_heads' || !(field in textFields.shape)) return
  if (JSON.stringify(value) === JSON.stringify(fields[field])) return
  throw unusable(file, `${at}.${field}: only head_dim and num_key_value_heads may differ from layer to layer`, hint)
}

function override(overrides: Overrides, index: number, field: string, otherwise: number, file: string): number {
  const value = overrides.get(index)?.[field]
  if (value === undefined) return otherwise
  if (Number.isSafeInteger(value) && Number(value) > 0) return Number(value)
  throw unusable(file, `layer ${index}: ${field} is ${JSON.stringify(value)}; expected a whole number from 1`, hint)
}

function donorOf(
  index: number,
  owners: readonly LayerConfig['type'][],
  type: LayerConfig['type'],
  file: string,
): number {
  const donor = owners.lastIndexOf(type)
  if (donor >= 0) return donor
  const what = `layer ${index} shares keys and values, but no ${type} layer before the shared ones has its own`
  throw unusable(file, `num_kv_shared_layers: ${what}`, hint)
}

function checkLayer(layer: LayerConfig, layers: readonly LayerConfig[], heads: number, file: string): void {
  const { index, type, headDim, kvHeads } = layer
  const first = layers.find((other) => other.type === type)
  if (first && (first.headDim !== headDim || first.kvHeads !== kvHeads)) {
    const [one, other] = [first, layer].map((each) => `${each.kvHeads} × ${each.headDim}`)
    throw unusable(file, `the ${type} layers ${first.index} (${one}) and ${index} (${other}) differ in heads`, hint)
  }
  if (headDim % 2 !== 0) throw unusable(file, `layer ${index}: head_dim is ${headDim}, an odd number`, hint)
  if (heads % kvHeads !== 0) {
    throw unusable(file, `layer ${index}: ${heads} heads cannot share ${kvHeads} key/value heads evenly`, hint)
  }
}
