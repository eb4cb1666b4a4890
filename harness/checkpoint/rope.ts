import { z } from 'zod'
import { parseFields, type TextFields } from './config-fields.js'
import type { Rope } from './gemma4-config.js'
import { unusable } from './unusable.js'

/** transformers 5.23, `Gemma4TextConfig`, where `rope_parameters` is absent or null. */
const defaults: NonNullable<TextFields['rope_parameters']> = {
  sliding_attention: { rope_type: 'default', rope_theta: 10_000 },
  full_attention: { rope_type: 'proportional', partial_rotary_factor: 0.25, rope_theta: 1_000_000 },
}

const theta = z.number().positive()
const proportional = z.looseObject({
  rope_theta: theta,
  partial_rotary_factor: z.number().min(0).max(1).default(1),
  factor: z.number().positive().default(1),
})

/**
 * Rotary parameters of one type of layer; throws PARITY_CHECKPOINT where there are none or of another kind. As in
 * transformers, `default` always rotates the whole head, whatever `partial_rotary_factor` says.
 */
export function parseRope(
  fields: TextFields,
  layerType: 'sliding_attention' | 'full_attention',
  file: string,
  at: string,
): Rope {
  const path = [at, 'rope_parameters', layerType].filter((part) => part !== '').join('.')
  if (fields.rope_scaling !== undefined && fields.rope_scaling !== null) {
    throw unusable(file, 'rope_scaling is not read', 'State the same in rope_parameters, one entry a layer type.')
  }
  const entry = (fields.rope_parameters ?? defaults)[layerType]
  if (entry === undefined || entry === null) {
    throw unusable(
      file,
      `${path} is missing, but there are ${layerType} layers`,
      'Add it, with rope_type and rope_theta.',
    )
  }

  const type = entry.rope_type ?? entry.type ?? 'default'
  if (type === 'default') {
    return {
      type,
      theta: parseFields(z.looseObject({ rope_theta: theta }), entry, file, path).rope_theta,
      fraction: 1,
      factor: 1,
    }
  }
  if (type === 'proportional') {
    const { rope_theta, partial_rotary_factor, factor } = parseFields(proportional, entry, file, path)
    return { type, theta: rope_theta, fraction: partial_rotary_factor, factor }
  }
  const hint = 'Gemma 4 uses the types default and proportional; other types are not computed here.'
  throw unusable(file, `${path}: rope_type '${type}' is not supported`, hint)
}
