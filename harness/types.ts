/** The nouns of the project, one meaning each. This file imports only the evidence of a verdict. */
import type { Evidence } from './evidence.js'

/** Element types a source computes in. Quantised sources use their engine's own names. */
export const floatDtypes = ['float64', 'float32', 'float16', 'bfloat16'] as const
export type FloatDtype = (typeof floatDtypes)[number]

/** `name[@version][:device][/dtype]`, taken apart. */
export interface SourceId {
  readonly name: string
  readonly version?: string
  readonly device?: string
  readonly dtype?: string
}

/** Who speaks in a chat, as transformers names them. */
export const roles = ['system', 'user', 'assistant'] as const

/** One turn of a chat. */
export interface Message {
  readonly role: (typeof roles)[number]
  readonly content: string
}

/** A prompt as a case states it: token ids, plain text, or a chat that the checkpoint's own template renders. */
export type StatedPrompt = { readonly id: string } & (
  { readonly tokens: readonly number[] } | { readonly text: string } | { readonly chat: readonly Message[] }
)

/** A prompt in token ids, as both sides are given it. */
export interface Prompt {
  readonly id: string
  readonly tokens: readonly number[]
}

/** How a case wants its checkpoint written, where that is not how it is stored; what is not named stays as it is. */
export interface Relayout {
  /** Whether shared layers carry K/V tensors of their own: none, all, or every second one. */
  readonly layout?: 'pruned' | 'redundant' | 'mixed'
  readonly dtype?: 'float32' | 'float16' | 'bfloat16'
  /** Number of weights files, or the largest size of one: `5GB`. */
  readonly shards?: number | string
  /** What the names of the tensors begin with; it goes with the architecture in config.json. */
  readonly prefix?: 'model.' | 'model.language_model.' | 'language_model.' | ''
  /** `new`: `per_layer_config`; `old`: `global_head_dim` and `num_global_key_value_heads`. */
  readonly config?: 'new' | 'old'
  readonly head?: 'tied' | 'untied'
}

/** A divergence that somebody has declared and explained. */
export interface KnownDivergence {
  /** The source it is known of, as far as it is named: `mlx-lm@0.31.2`, `onnxruntime:webgpu`. */
  readonly engine: string
  readonly because: string
  readonly link: string
  /** What the verdict's reason or hint matches, a regular expression; a divergence that says anything else is not this one. */
  readonly says?: string
}

/** A release, as the registry that it was published in dates it. */
export interface Release {
  readonly version: string
  /** `2026-04-07` */
  readonly date: string
}

/** An engine of an exhibit, and the options that it is opened with. */
export interface ExhibitEngine {
  readonly engine: string
  readonly options?: Readonly<Record<string, unknown>>
}

/** A regression that really shipped: an engine that has it, one that has not, and what the harness has to say of it. */
export interface Exhibit {
  readonly title: string
  /** What happened, in one or two sentences. */
  readonly what: string
  /** Where the public read of it. */
  readonly link: string
  readonly shipped: Release
  /** The first release without it; null while there is none. */
  readonly mended: Release | null
  readonly wrong: ExhibitEngine
  readonly right: ExhibitEngine
  readonly outcome: 'fail' | 'error'
  /** What the verdict's reason or hint matches, a regular expression. */
  readonly says: string
  /** The layer whose hidden states are the first to lie beyond the noise; left out where that tells nothing. */
  readonly layer?: number
}

/** What every case has, whatever it is about. */
interface CaseFrame {
  /** `gemma4/e2b/pruned` */
  readonly id: string
  /** A folder in Hugging Face layout, relative to the case's file, or `hub:OWNER/NAME@REVISION`. */
  readonly checkpoint: string
  /** Cases of another suite than `default` run when the suite or the case is asked for. */
  readonly suite?: string
  readonly tags?: readonly string[]
}

/** What a case may ask of an engine beside parity. */
export const checkNames = ['deterministic', 'chunks', 'smoke'] as const
export type Check = (typeof checkNames)[number]

/** A checkpoint, prompts, what to observe, and known divergences. */
export interface Case extends CaseFrame {
  /** How the checkpoint is written before it is used; made once, in a cache. */
  readonly relayout?: Relayout
  readonly prompts: readonly StatedPrompt[]
  /** Tokens of cached generation, compared one by one. */
  readonly generate: number
  readonly known?: readonly KnownDivergence[]
  /** Of the museum's cases. */
  readonly exhibit?: Exhibit
  /** What else is asked of the engine. */
  readonly checks?: readonly Check[]
  /** Engines that this case is for, in the place of the run's own; `--engine` goes before them. */
  readonly engines?: readonly string[]
  /** Handed to those engines when they open the checkpoint. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Engines that take this case only when they are asked for by name, or all are by `--nightly`. */
  readonly nightly?: readonly string[]
}

/** Texts and chats whose token ids and rendering are compared with those of transformers. */
export interface TokenizerCase extends CaseFrame {
  readonly tokenizer: TokenizerProbe
}

/** What a tokenizer is asked. */
export interface TokenizerProbe {
  readonly texts: readonly string[]
  readonly chats: readonly (readonly Message[])[]
}

/** What a tokenizer answers: token ids of each text and what they decode to; each chat as rendered, and its token ids. */
export interface TokenizerObservation {
  readonly ids: readonly (readonly number[])[]
  readonly decoded: readonly string[]
  readonly rendered: readonly string[]
  readonly chatIds: readonly (readonly number[])[]
}

/** A case whose checkpoint is on disk, in the layout it asks for, and whose prompts are token ids. */
export interface PreparedCase extends Omit<Case, 'prompts' | 'checkpoint' | 'relayout'> {
  /** Absolute. */
  readonly folder: string
  readonly prompts: readonly Prompt[]
}

/** What to observe: the worker protocol's `observe`, but for the file it saves to. */
export interface Observation {
  readonly prompts: readonly (readonly number[])[]
  /** Exactly so many tokens by the engine's own greedy cached generation. */
  readonly generate: number
  /** Tokens forced through the KV cache, a list a prompt (`generate` is 0 then). */
  readonly continuation: readonly (readonly number[])[] | null
  /** `false`: one uncached pass over prompt and continuation. */
  readonly cache: boolean
  /** Prefill in pieces of so many tokens. */
  readonly chunk: number | null
  readonly logits: 'last' | 'all'
  readonly topK: number | null
  readonly layers: false | 'all' | readonly number[]
  /** With `layers`: also the points inside of them, those before the first and behind the last, and all of decode steps. */
  readonly parts?: boolean
}

/** A matrix in row-major order, read from a trace. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array | Float32Array
}

/** What one source observed. Tensor names: `<prompt index>.logits`, `<prompt index>.decode.logits`, … */
export interface Trace {
  readonly generated: readonly (readonly number[])[]
  readonly elapsedMs: number
  readonly peakBytes: number | null
  tensor(name: string): Matrix | undefined
}

export type Progress = (done: number, total: number) => void

/** An opened checkpoint. */
export interface Session extends AsyncDisposable {
  readonly source: ResolvedSource
  observe(request: Observation, signal: AbortSignal, progress?: Progress): Promise<Trace>
}

/** A source as it really ran: nothing left to a default. */
export interface ResolvedSource {
  readonly name: string
  readonly version: string
  readonly device: string
  readonly dtype: string
  /** The adapter's or processor's own name, as far as it can be known. */
  readonly adapter: string | null
  /** A GPU made of software. */
  readonly software: boolean
  readonly gives: readonly Capability[]
  /** Of the libraries that it stands on. */
  readonly versions: Readonly<Record<string, string>>
}

/** What a source can observe. */
export const capabilities = [
  'logits',
  'logprobs',
  'prompt-logprobs',
  'layers',
  'parts',
  'forced',
  'chunks',
  'batch',
  'tokenize',
] as const
export type Capability = (typeof capabilities)[number]

/** Whether this machine can run a source. */
export type Availability =
  | { readonly ok: true; readonly version: string; readonly device: string; readonly note?: string }
  | { readonly ok: false; readonly why: string; readonly fix: string }

/** Where in a case something is. Steps count generated tokens from 0. */
export interface Place {
  readonly prompt: string
  /** Position in the prompt, from 0. */
  readonly position?: number
  readonly step?: number
  readonly layer?: number
}

/** What a comparison looked at. */
export type Aspect = 'top-k' | 'logits' | 'tokens' | 'cache' | 'tokenizer' | Check

/** Bounds on a source's error, as multiples of the spread (`excess`). */
export interface Limits {
  readonly rmsExcess: number
  readonly maxExcess: number
}

/** Two traces, turned into metrics and into the smallest limits that would have passed. */
export interface Comparison {
  readonly aspect: Aspect
  readonly passed: boolean
  readonly metrics: Readonly<Record<string, number>>
  /** The smallest limits that would have passed; `null` where no limit could help. */
  readonly needed: Limits | null
  /** The first place that is out of bounds. */
  readonly first?: Place
  /** Places where only the order of two tokens differs that the reference cannot tell apart. */
  readonly nearTies: readonly NearTie[]
  /** What is out of bounds, as the second half of a sentence. */
  readonly detail?: string
}

/** Two tokens whose gap in the reference's logits is below the noise. */
export interface NearTie extends Place {
  readonly expected: number
  readonly actual: number
  /** Reference logit of `expected` minus that of `actual`. */
  readonly gap: number
}

/** How far the reference is from itself in a dtype, pooled over all prompts and positions of a case. */
export interface Spread {
  readonly dtype: string
  /** Root-mean-square error of a logit, or of a log-probability where the engine gives those. */
  readonly rms: number
  /** Largest error of one. */
  readonly max: number
  /** Where it comes from. */
  readonly origin: 'recorded' | 'transformers' | 'oracle' | 'emulated' | 'predicted' | 'floor'
}

export const outcomes = ['pass', 'near-tie', 'fail', 'error', 'known', 'fixed', 'skipped'] as const
export type Outcome = (typeof outcomes)[number]

/** The step of a run at which an engine refused, crashed or hung. */
export type Stage = 'start' | 'open' | 'observe'

/** What a checkpoint is, wherever it lies: SHA-256 in lower-case hexadecimal of its files. */
export interface Identity {
  readonly config: string
  /** File name within the folder → hash, in the order of the names. */
  readonly weights: Readonly<Record<string, string>>
}

/** What became of a verdict since the accepted baseline. */
export const changes = ['regressed', 'fixed', 'drifted', 'new'] as const
export type Change = (typeof changes)[number]

/** Whose fault an `error` is: the engine's, or of the machine that should have run it. */
export type Fault = 'engine' | 'infrastructure'

/** Comparisons and limits, turned into one outcome, one sentence and one command. */
export interface Verdict {
  readonly caseId: string
  /** Of the files that were compared; `null` where no weights were. */
  readonly checkpoint: Identity | null
  /** `name:device/dtype` of the source under test; its version too where the run has another one of it. */
  readonly engine: string
  readonly engineVersion: string | null
  readonly adapter: string | null
  readonly software: boolean
  /** `name@version/dtype` of the truth. */
  readonly reference: string
  readonly outcome: Outcome
  readonly stage?: Stage
  readonly comparisons: readonly Comparison[]
  /** What could not be compared, and why. */
  readonly notCompared: readonly string[]
  readonly limits: Limits | null
  readonly spread: Spread | null
  /** Worst error as a multiple of the spread, root-mean-square, pooled over the case. */
  readonly excess: number | null
  readonly tokens: TokenCount | null
  /** `null` where nothing was compared, and for tokenizer cases. */
  readonly evidence: Evidence | null
  /** Of an `error` only. */
  readonly fault?: Fault
  /** Set where there is a baseline and something changed. */
  readonly change?: Change
  /** One sentence. */
  readonly reason: string
  readonly hint?: string
  /** A command that shows it again. */
  readonly reproduce: string
  readonly elapsedMs: number
  readonly peakBytes: number | null
  /** Last lines that the engine's worker wrote to stderr, for outcomes that need them. */
  readonly log?: string
}

/** Generated tokens over all prompts of a case. */
export interface TokenCount {
  readonly equal: number
  readonly nearTie: number
  readonly diverged: number
  readonly total: number
}
