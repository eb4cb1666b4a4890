/**
 * The worker protocol, version 1: every message that passes between the harness and a worker, one JSON object a line.
 * Keys that are not named here are allowed and dropped. NaN and infinities are spelt as strings.
 */
import { z } from 'zod'
import { spellNonFinite } from '../spell-non-finite.js'
import { capabilities, roles, type Observation } from '../types.js'

export const protocolVersion = 1

const id = z.int().nonnegative()
const count = z.int().nonnegative()
const tokenIds = z.array(count)
const number = z.union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity']).transform(Number)])

const helloRequest = z.object({ id, do: z.literal('hello') })
const openRequest = z.object({
  id,
  do: z.literal('open'),
  checkpoint: z.string(),
  device: z.string(),
  dtype: z.string(),
  options: z.record(z.string(), z.unknown()).default({}),
})
const observeRequest = z
  .object({
    id,
    do: z.literal('observe'),
    prompts: z.array(tokenIds.min(1)).min(1),
    generate: count.default(0),
    continuation: z.array(tokenIds).nullable().default(null),
    cache: z.boolean().default(true),
    chunk: z.int().positive().nullable().default(null),
    logits: z.enum(['last', 'all']).default('last'),
    topK: z.int().positive().nullable().default(null),
    layers: z.union([z.literal(false), z.literal('all'), z.array(count)]).default(false),
    parts: z.boolean().default(false),
    save: z.string().min(1),
  })
  .refine((asked) => asked.continuation === null || asked.continuation.length === asked.prompts.length, {
    error: 'a continuation needs one list for every prompt',
  })
  .refine((asked) => asked.continuation === null || asked.generate === 0, {
    error: 'generate and continuation exclude each other',
  })
  .refine((asked) => asked.cache || (asked.generate === 0 && asked.chunk === null), {
    error: 'without a cache there is no generation and no chunk',
  })
const message = z.object({ role: z.enum(roles), content: z.string() })
const tokenizeRequest = z.object({
  id,
  do: z.literal('tokenize'),
  checkpoint: z.string(),
  texts: z.array(z.string()).default([]),
  chats: z.array(z.array(message)).default([]),
})
const closeRequest = z.object({ id, do: z.literal('close') })

/** What the harness asks. */
export const workerRequest = z.discriminatedUnion('do', [
  helloRequest,
  openRequest,
  observeRequest,
  tokenizeRequest,
  closeRequest,
])

export const helloAnswer = z.object({
  protocol: z.literal(protocolVersion, {
    error: ({ input }) => `speaks protocol ${String(input)}, but this program speaks ${protocolVersion}`,
  }),
  source: z.string().min(1),
  version: z.string(),
  devices: z.array(z.string()),
  dtypes: z.array(z.string()),
  gives: z.array(z.enum(capabilities)),
  /** Of the libraries that the source stands on. */
  versions: z.record(z.string(), z.string()).optional(),
  adapter: z.string().nullable().optional(),
})

export const openAnswer = z.object({
  device: z.string(),
  software: z.boolean(),
  loadMs: number,
  adapter: z.string().nullable().default(null),
  /** Tensors of the checkpoint that the source does not use. */
  unexpected: z.array(z.string()).optional(),
  /** Where only an open source knows, in place of what its hello said. */
  gives: z.array(z.enum(capabilities)).optional(),
  version: z.string().optional(),
})

export const observeAnswer = z.object({
  /** A list of token ids for each prompt. */
  generated: z.array(tokenIds),
  elapsedMs: number,
  peakBytes: z.number().nonnegative().nullable(),
  /** Names in the file that `save` named. */
  tensors: z.array(z.string()),
})

export const tokenizeAnswer = z.object({
  version: z.string(),
  /** Of each text, with what the tokenizer adds. */
  ids: z.array(tokenIds),
  /** Each chat as its template writes it, with the generation prompt. */
  rendered: z.array(z.string()),
  /** Of each rendered chat, nothing added. */
  chatIds: z.array(tokenIds),
  /** The ids of each text, back in text, special tokens included. */
  decoded: z.array(z.string()),
})

export const progressMessage = z.object({ id, progress: z.object({ done: z.number(), total: z.number() }) })

export const errorMessage = z.object({
  /** `null` where the worker could not even read the request. */
  id: id.nullable(),
  error: z.object({
    code: z.string(),
    message: z.string(),
    stage: z.enum(['hello', 'open', 'observe', 'tokenize', 'close']).nullish(),
    hint: z.string().optional(),
  }),
})

export type WorkerRequest = z.output<typeof workerRequest>
export type OpenRequest = Omit<z.output<typeof openRequest>, 'id' | 'do'>
export type ObserveRequest = Observation & { readonly save: string }
export type TokenizeRequest = Omit<z.output<typeof tokenizeRequest>, 'id' | 'do'>
export type HelloAnswer = z.output<typeof helloAnswer>
export type OpenAnswer = z.output<typeof openAnswer>
export type ObserveAnswer = z.output<typeof observeAnswer>
export type TokenizeAnswer = z.output<typeof tokenizeAnswer>
export type ErrorMessage = z.output<typeof errorMessage>

/** A message as the protocol writes it: one line of JSON, NaN and infinities as strings. */
export function formatMessage(message: object): string {
  return `${JSON.stringify(message, spellNonFinite)}\n`
}

/** What is wrong with a message, on one line. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ')
}
