/**
 * What a terminal would obey rather than show: control characters (ANSI sequences begin with one), what reverses or
 * isolates the direction of text, what has no width, line and paragraph separators, tags, and lone surrogates.
 * U+200D stays between emoji and U+FE0F behind a character, where they only choose a picture.
 */
const unsafe =
  /(?<!\p{Extended_Pictographic}[\uFE0F\u{1F3FB}-\u{1F3FF}]?)\u200D|\u200D(?!\p{Extended_Pictographic})|(?!\u200D)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u3164\uFFA0\u{E0100}-\u{E01EF}]/gu

/** Text of a model or of a checkpoint as it may be shown: what could mislead becomes a visible escape like `\u202e`. */
export const printable = (text: string): string => text.replaceAll(unsafe, escape)

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  return short[character] ?? (code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`)
}
