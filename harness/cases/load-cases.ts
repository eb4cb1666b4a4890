import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createJiti } from 'jiti'
import { z } from 'zod'
import { ParityError } from '../errors.js'
import { packageRoot } from '../package-root.js'
import { parseSourceId } from '../source-id.js'
import type { Case } from '../types.js'

/** A case, and where things stand that it names relative to its own file. */
export interface LoadedCase extends Case {
  /** Absolute folder of the checkpoint. */
  readonly folder: string
  readonly file: string
}

const token = z.int({ error: 'a token id is a whole number' }).nonnegative({ error: 'a token id is not negative' })
const sourceName = z.string().refine((text) => isSourceId(text), { error: 'is not name[@version][:device][/dtype]' })

const caseSchema = z.strictObject({
  id: z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/, { error: 'an id is words of letters, digits, - _ . between slashes' }),
  checkpoint: z.string().min(1),
  prompts: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[\w-]+$/),
        tokens: z.array(token).min(1, { error: 'a prompt has at least one token' }),
      }),
    )
    .min(1, { error: 'a case has at least one prompt' })
    .refine((prompts) => new Set(prompts.map(({ id }) => id)).size === prompts.length, {
      error: 'two prompts have the same id',
    }),
  generate: z.int().min(1),
  known: z.array(z.strictObject({ engine: sourceName, because: z.string().min(1), link: z.url() })).optional(),
  tags: z.array(z.string()).optional(),
})

/**
 * Loads every `*.case.ts`, `.js` and `.json` below `root`, in the order of their ids.
 *
 * @throws ParityError PARITY_CASE naming file and field
 */
export async function loadCases(root: string): Promise<LoadedCase[]> {
  const cases: LoadedCase[] = []
  for (const file of await readdir(root, { recursive: true })) {
    if (/\.case\.(?:m?[jt]s|json)$/.test(file)) cases.push(...(await loadFile(join(root, file))))
  }
  const twice = cases.find(({ id }, i) => cases.findIndex((other) => other.id === id) !== i)
  if (twice !== undefined)
    throw new ParityError('PARITY_CASE', `two cases have the id ${twice.id}`, `One of them is in ${twice.file}.`)
  return cases.sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function loadFile(file: string): Promise<LoadedCase[]> {
  const content = await importFile(file)
  return (Array.isArray(content) ? content : [content]).map((item: unknown) => {
    const parsed = caseSchema.safeParse(item)
    if (parsed.success) return { ...parsed.data, file, folder: resolve(dirname(file), parsed.data.checkpoint) }
    const [issue] = parsed.error.issues
    const where = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
    throw new ParityError('PARITY_CASE', `${file}: case${where}: ${issue.message}`, 'docs/cases.md shows a whole case.')
  })
}

/** Runs a TypeScript file without a build; it may import this package by name wherever it stands. */
async function importFile(file: string): Promise<unknown> {
  const jiti = createJiti(import.meta.url, { alias: { 'transformers-parity': join(packageRoot, 'dist/index.js') } })
  try {
    return await jiti.import(file, { default: true })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ParityError(
      'PARITY_CASE',
      `${file} cannot be loaded: ${why}`,
      'A case file exports a case, or a list of them, as its default.',
      { cause },
    )
  }
}

function isSourceId(text: string): boolean {
  try {
    parseSourceId(text)
    return true
  } catch {
    return false
  }
}
