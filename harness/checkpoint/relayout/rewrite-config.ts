import type { Relayout } from '../../types.js'
import type { Gemma4Config, Prefix } from '../gemma4-config.js'
import { isFields, setField, type Fields } from './json-fields.js'
import { toNewConfig, toOldConfig } from './layer-config.js'
import { isWrapped, replaceText, textOf, unwrapConfig, wrapConfig } from './wrap-config.js'

/** The class that saves a checkpoint with these names. */
const architectures: Readonly<Record<Prefix, string>> = {
  'model.': 'Gemma4ForCausalLM',
  'model.language_model.': 'Gemma4ForConditionalGeneration',
  'language_model.': 'Gemma4Model',
  '': 'Gemma4TextModel',
}

export interface RewrittenConfig {
  readonly config: Fields
  /** What must be read from it, and from the tensors that go with it. */
  readonly parsed: Gemma4Config
  readonly notes: readonly string[]
}

/** config.json of the new checkpoint. `parsed`: what was read from the source. Throws PARITY_CHECKPOINT. */
export function rewriteConfig(
  source: Fields,
  parsed: Gemma4Config,
  wanted: Relayout,
  dropTowers: boolean,
  file: string,
): RewrittenConfig {
  const { config, notes } = wrapOrUnwrap(source, parsed, wanted.prefix)
  const steps: ((config: Fields) => Fields)[] = [
    (before) => rewriteLayers(before, parsed, wanted.config, file),
    (before) => (wanted.dtype === undefined ? before : rewriteDtype(before, wanted.dtype)),
    (before) => (wanted.head === undefined ? before : rewriteHead(before, wanted.head === 'tied')),
    (before) => (dropTowers && isWrapped(before) ? rewriteTowers(before) : before),
  ]
  return {
    config: steps.reduce((before, step) => step(before), config),
    parsed: {
      ...parsed,
      ...(wanted.prefix !== undefined && { prefix: wanted.prefix, architecture: architectures[wanted.prefix] }),
      ...(wanted.head !== undefined && { tied: wanted.head === 'tied' }),
    },
    notes,
  }
}

/** Whether names with this prefix belong to a multimodal model. */
export const wantsWrapper = (prefix: Prefix): boolean => prefix.endsWith('language_model.')

function wrapOrUnwrap(source: Fields, parsed: Gemma4Config, prefix: Prefix | undefined) {
  if (prefix === undefined) return { config: source, notes: [] }
  const is = isWrapped(source)
  const wants = wantsWrapper(prefix)
  const { config, notes } =
    wants === is ? { config: source, notes: [] } : wants ? wrapConfig(source, parsed) : unwrapConfig(source, parsed)
  return { config: setField(config, 'architectures', [architectures[prefix]]), notes }
}

function rewriteLayers(config: Fields, { layers }: Gemma4Config, wanted: Relayout['config'], file: string): Fields {
  if (wanted === undefined) return config
  const at = isFields(config.text_config) ? 'text_config.' : ''
  const text = textOf(config)
  return replaceText(config, wanted === 'new' ? toNewConfig(text, layers) : toOldConfig(text, layers, file, at))
}

/** Wherever a dtype is stated, towers included. */
function rewriteDtype(config: Fields, dtype: string): Fields {
  const parts = ['text_config', 'vision_config', 'audio_config']
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => {
      if (name === 'dtype' || name === 'torch_dtype') return [name, dtype]
      return [name, parts.includes(name) && isFields(value) ? rewriteDtype(value, dtype) : value]
    }),
  )
}

/** The outer field decides; that of the text model, where there is one, agrees with it. */
function rewriteHead(config: Fields, tied: boolean): Fields {
  const text = textOf(config)
  const field = 'tie_word_embeddings'
  const agreeing = Object.hasOwn(text, field) ? replaceText(config, setField(text, field, tied)) : config
  return setField(agreeing, field, tied)
}

function rewriteTowers(config: Fields): Fields {
  return setField(setField(config, 'vision_config', null), 'audio_config', null)
}
