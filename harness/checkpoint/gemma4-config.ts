/** Rotary parameters of one kind of layer. */
export interface Rope {
  readonly type: 'default' | 'proportional'
  /** Base of the frequencies. */
  readonly theta: number
  /** Share of the head that is rotated, 0 to 1; always 1 for `default`. */
  readonly fraction: number
  /** Divides every frequency; always 1 for `default`. */
  readonly factor: number
}

export interface LayerConfig {
  readonly index: number
  readonly type: 'sliding' | 'full'
  readonly headDim: number
  readonly kvHeads: number
  readonly intermediateSize: number
  /** Layer whose keys and values this one shares; `null`: it has its own. */
  readonly donor: number | null
  /** `attention_k_eq_v`, on full layers: the values are the raw key projection, there is no `v_proj`. */
  readonly keyIsValue: boolean
}

/** What stands before the text model's names. The last two are what a base model without head is saved with. */
export const prefixes = ['model.', 'model.language_model.', '', 'language_model.'] as const
export type Prefix = (typeof prefixes)[number]

/** The text part of a Gemma 4 model, nothing left to a default. */
export interface Gemma4Config {
  readonly architecture: string
  readonly vocabSize: number
  readonly vocabSizePerLayerInput: number
  readonly hiddenSize: number
  /** Query heads of every layer. */
  readonly heads: number
  /** Width of the per-layer embeddings; 0: none. */
  readonly perLayerInputSize: number
  readonly eps: number
  /** A sliding layer sees so many keys, its own included. */
  readonly slidingWindow: number
  readonly softcap: number | null
  /** The head is the embedding table. */
  readonly tied: boolean
  readonly attentionBias: boolean
  /** `null` where no layer is of that type. */
  readonly rope: { readonly sliding: Rope | null; readonly full: Rope | null }
  readonly experts: { readonly count: number; readonly topK: number; readonly intermediateSize: number } | null
  readonly layers: readonly LayerConfig[]
  readonly prefix: Prefix
}
