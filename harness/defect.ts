/**
 * Mistakes that engines really make, as data: what a file of the catalogue holds, and what the built-in engine is told to
 * do wrong. This file imports nothing.
 */

/** Where in the model a mistake sits. */
export const parts = [
  'embedding',
  'attention',
  'mlp',
  'router',
  'experts',
  'per-layer-input',
  'layer-scalar',
  'head',
] as const
export type Part = (typeof parts)[number]

/** A mistake of the catalogue. */
export interface Defect {
  /** `window-plus-one`; the name of its file. */
  readonly id: string
  /** How engines, converters or people come to make it. */
  readonly because: string
  readonly link?: string
  /** The first place whose result is wrong: what a bisection must name. `null`: before the first layer or behind the last. */
  readonly where: { readonly layer: number | null; readonly part: Part }
  /** Ids of the cases that show it. */
  readonly on: readonly string[]
  /** Why no verdict can tell it from noise, for a mistake that moves the logits by less. */
  readonly unseen?: string
  readonly plant: Plant
}

/** What the built-in engine does wrong; several at once are one mistake in several places. */
export interface Plant {
  /** Changes of the config as it was understood. */
  readonly config?: readonly ConfigEdit[]
  /** Changes of the engine's copy of the weights. */
  readonly tensors?: readonly TensorEdit[]
  /** Changes of the graph. */
  readonly graph?: readonly GraphEdit[]
  /** Mistakes of the program around the graph. */
  readonly host?: HostEdit
}

/** A field of the config, `rope.full.theta` or `layers.4.donor`, set, added to or multiplied. */
export interface ConfigEdit {
  readonly at: string
  readonly set?: string | number | boolean | null
  readonly add?: number
  readonly times?: number
}

/** Tensors by their name without prefix, and what becomes of their values. What is changed is kept in float32. */
export interface TensorEdit {
  /** `layers.3.mlp.up_proj.weight`; `*` stands for anything. */
  readonly tensor: string
  /**
   * w := o + factor · (w − o), where o is the tensor of that name (or called `as`) in the checkpoint `from`: 0 is another
   * model's weight, 0.5 half a merge, 2 a merge done twice. A tensor that is not there is added.
   */
  readonly from?: string
  readonly as?: string
  readonly factor?: number
  readonly times?: number
  readonly add?: number
  /** Rows `[first, end)` of the first axis become `value`. */
  readonly rows?: readonly [first: number, end: number]
  readonly value?: number | 'NaN'
  /** Two blocks of as many rows of the first axis change places, numbered from 0. */
  readonly swapBlocks?: readonly [one: number, other: number, rows: number]
  /** The two halves of an axis change places. */
  readonly swapHalves?: number
  /** Two tensors of one shape change places. */
  readonly swapWith?: string
  /** Rounded to so many bits, symmetric, with a scale for each group of values of a row. */
  readonly quantise?: { readonly bits: number; readonly group: number }
  readonly round?: 'bfloat16' | 'float16'
  /** Rows of each head reordered from halves to pairs, as converters do for engines that rotate neighbours. */
  readonly interleave?: { readonly headDim: number }
}

/** A value of the graph: a number, the result of a node (`node:PATH`), an input (`input:cos.full`) or an input of the node itself (`own:1`). */
export type GraphValueName = number | string

/** Nodes by their path, `layer 3/mlp/Gelu`, where `*` stands for anything, and what becomes of each. */
export interface GraphEdit {
  readonly at: string
  /** The node is left out: its result is its input of that index. */
  readonly bypass?: number
  readonly op?: string
  readonly domain?: string
  readonly attributes?: Readonly<
    Record<string, { readonly i: number } | { readonly f: number } | { readonly s: string }>
  >
  /** All inputs anew. */
  readonly inputs?: readonly GraphValueName[]
  /** One input, another. */
  readonly input?: { readonly index: number; readonly becomes: GraphValueName }
  /** An input, or the result where there is no index, goes through one more operator with this number. */
  readonly through?: { readonly index?: number; readonly op: 'Add' | 'Mul'; readonly by: number }
  /** An input is cut to the first `size` values of an axis. */
  readonly cut?: { readonly index: number; readonly axis: number; readonly size: number }
  /** The node is applied once more, to its own result. */
  readonly repeat?: true
  /** The result is rounded. */
  readonly round?: 'bfloat16' | 'float16'
}

/** Mistakes of the program that feeds the graph. */
export interface HostEdit {
  /** Positions of the new tokens are off by `add`. */
  readonly positions?: { readonly add: number; readonly when: 'prefilling' | 'decoding' | 'window-full' }
  /** Layers that share keys take their queries' positions from the end of the pass: too far by as many as it has tokens. */
  readonly sharedQueries?: 'behind-the-pass'
  /** What the attention may see. */
  readonly mask?:
    | 'not-causal' // while prefilling
    | 'without-past' // pieces of a prompt see themselves only
    | 'window-from-piece' // the window begins anew with each piece
  /** Full layers keep so many positions and forget the older ones. */
  readonly remembers?: number
  /** Pieces in which prompts are prefilled where the request names none. */
  readonly chunk?: number
  /** The cache of a prompt is there when the next one begins. */
  readonly keepsCache?: true
  /** A prompt's first token is forgotten once its logits are given. */
  readonly dropsFirst?: true
}
