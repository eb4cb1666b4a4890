/** Kinds of settings: what a value may be, how a text says it, and which paths are in it. */
import { isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { isSourceId } from '../source-id.js'

export interface Kind<T> {
  /** Of the value as a config holds it; a message completes `WHERE `. */
  readonly schema: z.ZodType<T>
  /** What a flag or variable says, as a config would; what it cannot read it leaves to the schema to refuse. */
  readonly read: (text: string) => unknown
  /** The value of a config in `folder`, for a program that stands in the current folder. */
  readonly moveFrom: (value: T, folder: string) => T
}

interface Nullable<T> extends Kind<T> {
  readonly orNull: Kind<T | null>
}

const keep = <T>(value: T): T => value

const withNull = <T>(kind: Kind<T>): Nullable<T> => ({
  ...kind,
  orNull: {
    schema: kind.schema.nullable(),
    read: kind.read,
    moveFrom: (value, folder) => (value === null ? null : kind.moveFrom(value, folder)),
  },
})

/** A path to a folder or file. */
export const folder = withNull<string>({
  schema: z.string({ error: 'is not a path' }).min(1, { error: 'is empty' }),
  read: keep,
  moveFrom: (value, from) => (isAbsolute(value) ? value : join(from, value)),
})

export const source = withNull<string>({
  schema: z
    .string({ error: 'is not the name of a source' })
    .refine(isSourceId, { error: 'is not name[@version][:device][/dtype]' }),
  read: keep,
  moveFrom: keep,
})

/** The name of a built-in reporter, or a path: that has a slash, or ends like a module. */
export const reporter: Kind<string> = {
  schema: z.string({ error: 'is neither a reporter’s name nor a path' }).min(1, { error: 'is empty' }),
  read: keep,
  moveFrom: (value, from) => (/[\\/]|\.[cm]?[jt]s$/.test(value) ? resolve(from, value) : value),
}

const wholeNumber = { error: 'is not a whole number of at least 1' }

export const count = withNull<number>({
  schema: z.int(wholeNumber).min(1, wholeNumber).max(999_999_999, wholeNumber),
  read: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : text),
  moveFrom: keep,
})

/** On or off; a variable says 1 or true, 0 or false. */
export const toggle: Kind<boolean> = {
  schema: z.boolean({ error: 'is neither true nor false' }),
  read: (text) => ({ '1': true, true: true, '0': false, false: false })[text] ?? text,
  moveFrom: keep,
}

export const choice = <const T extends string>(names: readonly T[]): Kind<T> => ({
  schema: z.enum(names, { error: `is none of ${names.join(', ')}` }),
  read: keep,
  moveFrom: keep,
})

/** Several of a kind, in a text with commas between them. */
export const listOf = <T>({ schema, moveFrom }: Kind<T>): Kind<readonly T[]> => ({
  schema: z.array(schema, { error: 'is not a list' }).min(1, { error: 'is empty' }),
  read: (text) => text.split(',').map((part) => part.trim()),
  moveFrom: (values, folder) => values.map((value) => moveFrom(value, folder)),
})
