/**
 * JSON that keeps NaN and infinities, which errors and logits can be. They are objects there and not strings as in
 * `report.json`, since `NaN` may also be what a token decodes to.
 */

const tag = 'non-finite'

export const writeJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'number' && !Number.isFinite(inner) ? { [tag]: String(inner) } : inner,
  )

/** Reads what `writeJson` wrote, which is trusted to have the type that was written. */
export const readJson = (text: string): unknown =>
  JSON.parse(text, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && tag in inner ? Number(inner[tag]) : inner,
  )
