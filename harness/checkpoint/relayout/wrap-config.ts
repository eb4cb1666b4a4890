import type { Gemma4Config } from '../gemma4-config.js'
import { isFields, setField, setFields, withoutFields, type Fields } from './json-fields.js'

/** Defaults of transformers 5.23, `Gemma4Config`; it reads the first three as places of an image, a video or a sound. */
const placeholders = { image_token_id: 258_880, video_token_id: 258_884, audio_token_id: 258_881 }
const markers = { boi_token_id: 255_999, eoi_token_id: 258_882, boa_token_id: 256_000, eoa_token_index: 258_883 }
const towerFields = [
  ...Object.keys({ ...placeholders, ...markers }),
  ...['vision_config', 'audio_config', 'vision_soft_tokens_per_image'],
]
/** What says nothing of the text model. */
const wrapperFields = ['text_config', 'initializer_range', ...towerFields]

/** Whether it is the config of a multimodal model, whose text model stands in `text_config`. */
export const isWrapped = (config: Fields): boolean => config.text_config !== undefined || config.model_type === 'gemma4'

/** The part of a config that describes the text model. */
export const textOf = (config: Fields): Fields => (isFields(config.text_config) ? config.text_config : config)

export const replaceText = (config: Fields, text: Fields): Fields =>
  isFields(config.text_config) ? setField(config, 'text_config', text) : text

interface Rewrapped {
  readonly config: Fields
  readonly notes: readonly string[]
}

/** A text model's config as that of a multimodal model without towers. */
export function wrapConfig(text: Fields, { vocabSize }: Gemma4Config): Rewrapped {
  // transformers computes a pad in the place of these tokens; no token may be one of them where there are no towers.
  const taken = Object.entries(placeholders).filter(([, id]) => id < vocabSize)
  const outer = ['architectures', 'transformers_version']
  const own = setFields(withoutFields(text, outer), {
    model_type: 'gemma4_text',
    // The wrapper looks it up, even where it is not used.
    ...(text.pad_token_id === null && { pad_token_id: 0 }),
  })
  const shared = [...outer, 'dtype', 'torch_dtype', 'initializer_range'].filter((name) => Object.hasOwn(text, name))
  const values = {
    ...Object.fromEntries(shared.map((name) => [name, text[name]])),
    ...markers,
    ...placeholders,
    ...Object.fromEntries(taken.map(([name]) => [name, -1])),
    model_type: 'gemma4',
    text_config: own,
    tie_word_embeddings: text.tie_word_embeddings ?? true,
    vision_config: null,
    audio_config: null,
  }
  const ids = taken.map(([name, id]) => `${name} (${id})`).join(', ')
  const note = `config.json: ${ids} would stand for tokens of the vocabulary, so they are -1: there are no towers to fill them`
  return { config: setFields({}, values), notes: taken.length > 0 ? [note] : [] }
}

/** The config of the text model alone. */
export function unwrapConfig(config: Fields, { vocabSize }: Gemma4Config): Rewrapped {
  const text = textOf(config)
  const others = Object.entries(config).filter(([name]) => !wrapperFields.includes(name) && !Object.hasOwn(text, name))
  const ids = Object.entries(placeholders)
    .map(([name, id]) => Number(config[name] ?? id))
    .filter((id) => id >= 0 && id < vocabSize)
  const note = `tokens ${ids.join(', ')} are tokens like any other now; in the source they were places for images, videos and sounds`
  return {
    config: setFields(withoutFields(text, ['text_config', ...towerFields]), {
      ...Object.fromEntries(others),
      model_type: 'gemma4_text',
      // Of a multimodal model, transformers asks the outer config only.
      tie_word_embeddings: config.tie_word_embeddings ?? true,
    }),
    notes: ids.length > 0 ? [note] : [],
  }
}
