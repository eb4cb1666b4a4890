/**
 * What is used here of the two libraries of Hugging Face. Their own types name files without extension, which
 * TypeScript does not find from an ES module, so they are stated here.
 */
import * as jinja from '@huggingface/jinja'
import * as tokenizers from '@huggingface/tokenizers'

export interface LibraryDecoder {
  readonly config: { readonly type?: string }
  /** Of a sequence. */
  decoders?: LibraryDecoder[]
  decode_chain(tokens: string[]): string[]
}

export interface LibraryTokenizer {
  decoder: LibraryDecoder | null
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: number[] }
  decode(ids: readonly number[], options: { readonly clean_up_tokenization_spaces: boolean }): string
  id_to_token(id: number): string | undefined
}

interface Environment {
  set(name: string, value: unknown): unknown
}

interface Interpreter {
  run(program: object): { readonly value: unknown }
}

export const { ByteFallbackDecoder, Tokenizer } = tokenizers as unknown as {
  readonly ByteFallbackDecoder: new (config: object) => LibraryDecoder
  readonly Tokenizer: new (json: object, config: object) => LibraryTokenizer
}

export const { Environment, Interpreter, parse, tokenize } = jinja as unknown as {
  readonly Environment: new () => Environment
  readonly Interpreter: new (environment: Environment) => Interpreter
  readonly parse: (tokens: unknown) => object
  readonly tokenize: (source: string, options: { trim_blocks: boolean; lstrip_blocks: boolean }) => unknown
}
