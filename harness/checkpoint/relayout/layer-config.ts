import { isDeepStrictEqual } from 'node:util'
import type { Gemma4Config, LayerConfig } from '../gemma4-config.js'
import { unusable } from '../unusable.js'
import { isFields, setField, setFields, withoutFields, type Fields } from './json-fields.js'

/** Defaults of transformers 5.23, `Gemma4TextConfig`. */
const defaults = { head_dim: 256, num_key_value_heads: 4 }
const globals = ['global_head_dim', 'num_global_key_value_heads']

type Layers = Gemma4Config['layers']

/**
 * The text config with `per_layer_config`, as transformers 5.23 writes it: what a layer has that differs from the whole
 * model, under its index, padded with zeros to the longest. `layers` as they were read from the text config.
 */
export function toNewConfig(text: Fields, layers: Layers): Fields {
  const rest = withoutFields(text, globals)
  if (Object.hasOwn(text, 'per_layer_config')) return setField(rest, 'per_layer_config', text.per_layer_config ?? {})

  const differing = layers
    .map((layer) => ({ index: layer.index, fields: differingFields(text, layer) }))
    .filter(({ fields }) => Object.keys(fields).length > 0)
  const digits = String(differing.at(-1)?.index ?? 0).length
  const entries = differing.map(({ index, fields }) => [String(index).padStart(digits, '0'), fields] as const)
  return setField(rest, 'per_layer_config', Object.fromEntries(entries))
}

function differingFields(text: Fields, layer: LayerConfig): Fields {
  return {
    ...(layer.headDim !== wholeModel(text, 'head_dim') && { head_dim: layer.headDim }),
    ...(layer.kvHeads !== wholeModel(text, 'num_key_value_heads') && { num_key_value_heads: layer.kvHeads }),
  }
}

const wholeModel = (text: Fields, field: keyof typeof defaults) => Number(text[field] ?? defaults[field])

/**
 * The text config with `global_head_dim` and `num_global_key_value_heads`, which all full layers have. Throws
 * PARITY_CHECKPOINT naming the layer that has what these two cannot say. `at`: path of the text config, or ''.
 */
export function toOldConfig(text: Fields, layers: Layers, file: string, at: string): Fields {
  if (!Object.hasOwn(text, 'per_layer_config')) return text
  checkOnlyHeads(text, file, at)
  const full = layers.find(({ type }) => type === 'full')
  if (full === undefined) throw new Error('a Gemma 4 without a full layer')
  const whole = layers.find(({ type }) => type === 'sliding') ?? full

  if (full.kvHeads !== whole.kvHeads && text.attention_k_eq_v !== true) {
    const path = `${at}per_layer_config.${full.index}.num_key_value_heads`
    const what = `layer ${full.index} has ${full.kvHeads} K/V heads and layer ${whole.index} has ${whole.kvHeads}`
    const why = 'the old fields can say so only with attention_k_eq_v'
    throw unusable(file, `${path}: ${what}; ${why}`, 'Leave the config as it is, or write the new one.')
  }
  const sizes = {
    ...(whole.headDim !== wholeModel(text, 'head_dim') && { head_dim: whole.headDim }),
    ...(whole.kvHeads !== wholeModel(text, 'num_key_value_heads') && { num_key_value_heads: whole.kvHeads }),
  }
  return setFields(withoutFields(text, ['per_layer_config']), {
    ...sizes,
    global_head_dim: full.headDim,
    num_global_key_value_heads: full.kvHeads === whole.kvHeads ? null : full.kvHeads,
  })
}

/** Anything else that an entry states must be what the whole model has: there is no other place for it. */
function checkOnlyHeads(text: Fields, file: string, at: string): void {
  const layers = isFields(text.per_layer_config) ? text.per_layer_config : {}
  for (const [layer, fields] of Object.entries(layers)) {
    for (const [field, value] of Object.entries(isFields(fields) ? fields : {})) {
      if (field in defaults || isDeepStrictEqual(value, text[field])) continue
      const what = `${at}per_layer_config.${layer}.${field}: the old fields have no place for it`
      throw unusable(file, what, 'Leave the config as it is, or write the new one.')
    }
  }
}
