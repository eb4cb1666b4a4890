/** `report.json`, version 1. JSON has no NaN and no infinity: such numbers are strings there. */
import { z } from 'zod'
import { evidenceUnits } from '../evidence.js'
import { changes, checkNames, outcomes } from '../types.js'

const spelt = z.union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity'])])
const count = z.int().nonnegative()

const placeShape = {
  prompt: z.string(),
  position: count.optional(),
  step: count.optional(),
  layer: count.optional(),
}

const limitsOf = <T extends z.ZodType>(number: T) => z.object({ rmsExcess: number, maxExcess: number })

const comparisonOf = <T extends z.ZodType>(number: T) =>
  z.object({
    aspect: z.enum(['top-k', 'logits', 'tokens', 'cache', 'tokenizer', ...checkNames]),
    passed: z.boolean(),
    metrics: z.record(z.string(), number),
    needed: limitsOf(number).nullable().describe('The smallest limits that would have passed'),
    first: z.object(placeShape).optional().describe('The first place that is out of bounds'),
    nearTies: z.array(z.object({ ...placeShape, expected: count, actual: count, gap: number })),
    detail: z.string().optional(),
  })

const evidenceOf = <T extends z.ZodType>(number: T) => {
  const top = z.array(z.tuple([count, number]))
  const step = z.object({
    expected: count,
    actual: count,
    gap: number,
    topExpected: top,
    topActual: top,
    error: number,
    uncachedError: number.nullable(),
  })
  const layers = z.object({
    prompt: z.string(),
    error: z.array(number),
    noise: z.array(number),
    firstBeyond: count.nullable(),
  })
  return z.object({
    // Reports of before there were log-probabilities do not say it.
    unit: z.enum(evidenceUnits).default('logits').describe('Of the top 5, gaps, errors of steps and the scatter'),
    prompts: z.array(z.object({ prompt: z.string(), tokens: z.array(count), steps: z.array(step) })),
    layers: layers.nullable(),
    scatter: z.array(z.tuple([number, number])).describe('Values of reference and engine: a sample'),
    texts: z.record(z.string(), z.string()).describe('What token ids decode to; may be hostile'),
  })
}

const verdictOf = <T extends z.ZodType>(number: T) =>
  z.object({
    caseId: z.string(),
    checkpoint: z
      .object({ config: z.string(), weights: z.record(z.string(), z.string()) })
      .nullable()
      .describe('SHA-256 of config.json and of each weights file'),
    engine: z.string(),
    engineVersion: z.string().nullable(),
    adapter: z.string().nullable(),
    software: z.boolean().describe('Whether the adapter is a GPU made of software'),
    reference: z.string(),
    outcome: z.enum(outcomes),
    stage: z.enum(['start', 'open', 'observe']).optional(),
    comparisons: z.array(comparisonOf(number)),
    notCompared: z.array(z.string()),
    limits: limitsOf(number).nullable(),
    spread: z
      .object({
        dtype: z.string(),
        rms: number,
        max: number,
        origin: z.enum(['recorded', 'transformers', 'oracle', 'emulated', 'predicted', 'floor']),
      })
      .nullable(),
    excess: number
      .nullable()
      .describe('Root-mean-square error of logits or log-probabilities as a multiple of the spread'),
    tokens: z.object({ equal: count, nearTie: count, diverged: count, total: count }).nullable(),
    evidence: evidenceOf(number).nullable().describe('What the figures are drawn from'),
    fault: z.enum(['engine', 'infrastructure']).optional().describe('Whose an error is'),
    change: z.enum(changes).optional().describe('Since the accepted baseline'),
    reason: z.string(),
    hint: z.string().optional(),
    reproduce: z.string(),
    elapsedMs: z.number(),
    peakBytes: z.number().nullable(),
    log: z.string().optional(),
  })

const reportOf = <T extends z.ZodType>(number: T) =>
  z.object({
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
    leftToNightly: count.describe('How many verdicts cases leave to the nightly run'),
    gone: z
      .array(z.object({ caseId: z.string(), engine: z.string(), outcome: z.enum(outcomes) }))
      .describe('Accepted verdicts of the baseline that no case gives any more'),
    shard: z
      .object({ index: z.int().positive(), total: z.int().positive(), cells: z.array(z.array(z.string())) })
      .nullable()
      .describe('Which part of the run this is, and what each part has to do'),
    verdicts: z.array(verdictOf(number)),
  })

/** A verdict as it is written: a line of `verdicts.jsonl`. */
export const verdictSchema = verdictOf(spelt)

/** A report as it is written. */
export const reportSchema = reportOf(spelt)
export type ReportDocument = z.output<typeof reportSchema>

/** Reads a written report back: what was spelt out is a number again. */
export const reportReader = reportOf(spelt.transform(Number))
export const verdictReader = verdictOf(spelt.transform(Number))

/** JSON Schema of `report.json`, for editors and other people's programs. */
export const reportJsonSchema = (): object => z.toJSONSchema(reportSchema)
