/**
 * Types of a GGUF by the dtype of a source, with llama.cpp's `general.file_type`: `enum llama_ftype` in its
 * include/llama.h. The default comes first.
 */
export const fileTypes = {
  float32: 0,
  float16: 1,
  bfloat16: 32,
  q8_0: 7,
  q5_0: 8,
  q4_0: 2,
} as const

export type LlamaDtype = keyof typeof fileTypes

/** What the converter calls those that it writes; the others llama.cpp makes of a file in float32. */
export const convertedTypes: Partial<Record<LlamaDtype, string>> = {
  float32: 'f32',
  float16: 'f16',
  bfloat16: 'bf16',
  q8_0: 'q8_0',
}
