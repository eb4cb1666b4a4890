/** Recorded traces of the reference: `trace.json` beside `trace.safetensors`, one folder a case. */
import { z } from 'zod'

const tokens = z.array(z.int().nonnegative())
const distance = z.object({ rms: z.number().nonnegative(), max: z.number().nonnegative() })

/** What the reference gave in another dtype than the truth's. */
const otherDtype = z.object({
  generated: z.array(tokens),
  /** Distance of its logits from the truth's, pooled over all prompts and positions, under the truth's tokens. */
  error: distance,
  /** Root-mean-square distance of the hidden states behind each layer, over the positions of the prompt in `layersOf`. */
  layers: z.array(z.number().nonnegative()),
})

export const recordingSchema = z.object({
  version: z.literal(1),
  case: z.string(),
  checkpoint: z.object({
    /** SHA-256 of config.json, and of each weights file. */
    config: z.string(),
    weights: z.record(z.string(), z.string()),
  }),
  source: z.object({
    name: z.string(),
    version: z.string(),
    device: z.string(),
    /** Of the truth. */
    dtype: z.string(),
    versions: z.record(z.string(), z.string()),
    threads: z.int().positive(),
    attention: z.string(),
  }),
  command: z.string(),
  recordedAt: z.string(),
  prompts: z.array(z.object({ id: z.string(), tokens })),
  generate: z.int().positive(),
  generated: z.array(tokens),
  /** The prompt whose hidden states are recorded. */
  layersOf: z.string(),
  dtypes: z.record(z.string(), otherDtype),
})

export type Recording = z.output<typeof recordingSchema>
