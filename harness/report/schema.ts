/** `report.json`, version 1. JSON has no NaN and no infinity: such numbers are strings. */
import { z } from 'zod'
import { outcomes } from '../types.js'

const number = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])
const count = z.int().nonnegative()

const placeShape = {
  prompt: z.string(),
  position: count.optional(),
  step: count.optional(),
  layer: count.optional(),
}
const limits = z.object({ rmsExcess: number, maxExcess: number })
const nearTie = z.object({ ...placeShape, expected: count, actual: count, gap: number })

const comparison = z.object({
  aspect: z.enum(['top-k', 'logits', 'tokens', 'cache']),
  passed: z.boolean(),
  metrics: z.record(z.string(), number),
  needed: limits.nullable().describe('The smallest limits that would have passed'),
  first: z.object(placeShape).optional().describe('The first place that is out of bounds'),
  nearTies: z.array(nearTie),
  detail: z.string().optional(),
})

const verdict = z.object({
  caseId: z.string(),
  engine: z.string(),
  engineVersion: z.string().nullable(),
  adapter: z.string().nullable(),
  software: z.boolean().describe('Whether the adapter is a GPU made of software'),
  reference: z.string(),
  outcome: z.enum(outcomes),
  stage: z.enum(['start', 'open', 'observe']).optional(),
  comparisons: z.array(comparison),
  notCompared: z.array(z.string()),
  limits: limits.nullable(),
  spread: z
    .object({
      dtype: z.string(),
      rms: number,
      max: number,
      origin: z.enum(['recorded', 'transformers', 'oracle', 'floor']),
    })
    .nullable(),
  excess: number.nullable().describe('Root-mean-square error of the logits as a multiple of the spread'),
  tokens: z.object({ equal: count, nearTie: count, diverged: count, total: count }).nullable(),
  reason: z.string(),
  hint: z.string().optional(),
  reproduce: z.string(),
  elapsedMs: z.number(),
  peakBytes: z.number().nullable(),
  log: z.string().optional(),
})

export const reportSchema = z.object({
  version: z.literal(1),
  tool: z.object({ name: z.literal('transformers-parity'), version: z.string() }),
  command: z.string(),
  startedAt: z.iso.datetime(),
  elapsedMs: z.number(),
  platform: z.object({
    os: z.string(),
    arch: z.string(),
    node: z.string(),
    processor: z.string(),
    threads: count,
    memoryBytes: z.number(),
  }),
  summary: z.record(z.enum(outcomes), count),
  verdicts: z.array(verdict),
})

/** A report as it is written; `Report` in memory differs by its numbers only, which may be NaN. */
export type ReportDocument = z.output<typeof reportSchema>

/** JSON Schema of `report.json`, for editors and other people's programs. */
export const reportJsonSchema = (): object => z.toJSONSchema(reportSchema)
