/** What a file of the catalogue of defects may hold. */
import { z } from 'zod'
import { parts, type Defect } from '../defect.js'

const filled = z.string().min(1, { error: 'is empty' })
const index = z.int().nonnegative()
const halves = z.enum(['bfloat16', 'float16'])
const rows = z.tuple([index, index])

const configEdit = z.strictObject({
  at: filled,
  set: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  add: z.number().optional(),
  times: z.number().optional(),
})

const tensorEdit = z.strictObject({
  tensor: filled,
  from: filled.optional(),
  as: filled.optional(),
  factor: z.number().optional(),
  times: z.number().optional(),
  add: z.number().optional(),
  rows: rows.optional(),
  value: z.union([z.number(), z.literal('NaN')]).optional(),
  swapBlocks: z.tuple([index, index, z.int().min(1)]).optional(),
  swapHalves: index.optional(),
  swapWith: filled.optional(),
  quantise: z.strictObject({ bits: z.int().min(2).max(16), group: z.int().min(1) }).optional(),
  round: halves.optional(),
  interleave: z.strictObject({ headDim: z.int().min(2) }).optional(),
})

const value = z.union([z.number(), filled])
const attribute = z.union([
  z.strictObject({ i: z.int() }),
  z.strictObject({ f: z.number() }),
  z.strictObject({ s: z.string() }),
])

const graphEdit = z.strictObject({
  at: filled,
  bypass: index.optional(),
  op: filled.optional(),
  domain: z.string().optional(),
  attributes: z.record(z.string(), attribute).optional(),
  inputs: z.array(value).optional(),
  input: z.strictObject({ index, becomes: value }).optional(),
  through: z.strictObject({ index: index.optional(), op: z.enum(['Add', 'Mul']), by: z.number() }).optional(),
  cut: z.strictObject({ index, axis: index, size: z.int().min(1) }).optional(),
  repeat: z.literal(true).optional(),
  round: halves.optional(),
})

const hostEdit = z.strictObject({
  positions: z.strictObject({ add: z.int(), when: z.enum(['prefilling', 'decoding', 'window-full']) }).optional(),
  mask: z.enum(['not-causal', 'without-past', 'window-from-piece']).optional(),
  remembers: z.int().min(1).optional(),
  chunk: z.int().min(1).optional(),
  sharedQueries: z.literal('behind-the-pass').optional(),
  keepsCache: z.literal(true).optional(),
  dropsFirst: z.literal(true).optional(),
})

const plant = z
  .strictObject({
    config: z.array(configEdit).min(1).optional(),
    tensors: z.array(tensorEdit).min(1).optional(),
    graph: z.array(graphEdit).min(1).optional(),
    host: hostEdit.optional(),
  })
  .refine((given) => Object.keys(given).length > 0, { error: 'plants nothing' })

const defect = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'an id is lower-case words between dashes' }),
  because: filled,
  link: z.url().optional(),
  where: z.strictObject({ layer: index.nullable(), part: z.enum(parts) }),
  on: z.array(filled).min(1, { error: 'a defect names a case that shows it' }),
  unseen: filled.optional(),
  plant,
})

/** A defect, or in which field it is wrong and why. */
export function parseDefect(given: unknown): { defect: Defect } | { field: string; why: string } {
  const parsed = defect.safeParse(given)
  if (parsed.success) return { defect: parsed.data }
  const [issue] = parsed.error.issues
  return { field: issue.path.map((part) => `.${String(part)}`).join(''), why: issue.message }
}
