import { ParityError } from '../errors.js'

/** What Python's `str.strip` takes for whitespace and JavaScript's `trim` does not. */
const onlyPython = ['\x1c', '\x1d', '\x1e', '\x1f', '\x85']
/** The other way round. */
const onlyJavaScript = ['\uFEFF']
const both = [
  ...Array.from({ length: 11 }, (_, i) => String.fromCharCode(0x2000 + i)),
  ...['\u205F', '\u1680', '\u3000', '\u202F', '\u2029', '\u2028', '\f', '\v'],
]
const neither = Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xf8c0 + i))

/** Texts with their whitespace changed so that JavaScript trims where Python does, and the way back. */
export interface TrimmedLikePython {
  readonly disguise: (text: string) => string
  readonly restore: (rendered: string) => string
}

/**
 * Chat templates trim what people wrote, and the template library trims as JavaScript does. So each character on which
 * the two languages differ is replaced, while the template runs, by one on which they agree and that occurs nowhere in
 * `texts`, which must hold the template itself too. What a template spells with `tojson` is the one place where the
 * stand-ins show: U+001C to U+001F are not escaped there. @throws ParityError PARITY_USAGE where no such character is left
 */
export function trimLikePython(texts: readonly string[]): TrimmedLikePython {
  const used = new Set(texts.flatMap((text) => Array.from(text)))
  const pairs = [...pairUp(onlyPython, both, used), ...pairUp(onlyJavaScript, neither, used)]
  return {
    disguise: replaceAll(new Map(pairs)),
    restore: replaceAll(new Map(pairs.map(([own, stand]) => [stand, own]))),
  }
}

function pairUp(ours: readonly string[], stands: readonly string[], used: ReadonlySet<string>): [string, string][] {
  const free = stands.filter((character) => !used.has(character))
  return ours
    .filter((character) => used.has(character))
    .map((character, i) => {
      const stand = free[i]
      if (stand !== undefined) return [character, stand]
      const message = 'the messages use too many kinds of whitespace to be trimmed as Python trims them'
      throw new ParityError('PARITY_USAGE', message, 'Leave out control characters, or write the prompt as token ids.')
    })
}

const replaceAll = (characters: ReadonlyMap<string, string>) => (text: string) =>
  characters.size === 0 ? text : Array.from(text, (character) => characters.get(character) ?? character).join('')
