/**
 * The first key that one object of a JSON text states twice (`JSON.parse` keeps the last one silently), or `undefined`.
 * The text must be valid JSON.
 */
export function findDuplicateKey(json: string): string | undefined {
  /** Keys seen in each open object; `undefined` for an array. */
  const open: (Set<string> | undefined)[] = []
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
    if (character !== '"') continue

    const end = closingQuote(json, at)
    const keys = open.at(-1)
    if (keys !== undefined && /^\s*:/.test(json.slice(end + 1, end + 20))) {
      const key = String(JSON.parse(json.slice(at, end + 1)))
      if (keys.has(key)) return key
      keys.add(key)
    }
    at = end
  }
  return undefined
}

function closingQuote(json: string, opening: number): number {
  let at = opening + 1
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}
