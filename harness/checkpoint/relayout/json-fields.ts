/** The fields of an object of config.json, in their order; numbers are `LosslessNumber`s, which keep their spelling. */
export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Replaces a field where it stands, or adds it before the first one that the alphabet puts behind it. */
export function setField(fields: Fields, name: string, value: unknown): Fields {
  const entries = Object.entries(fields)
  if (Object.hasOwn(fields, name)) {
    return Object.fromEntries(entries.map(([key, old]) => [key, key === name ? value : old]))
  }
  const at = entries.findIndex(([key]) => key > name)
  return Object.fromEntries(entries.toSpliced(at < 0 ? entries.length : at, 0, [name, value]))
}

export const setFields = (fields: Fields, values: Fields): Fields =>
  Object.entries(values).reduce((before, [name, value]) => setField(before, name, value), fields)

export const withoutFields = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))
