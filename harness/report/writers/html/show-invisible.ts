/** A piece of text as it is shown: itself, or a name for what cannot be seen. */
export interface Piece {
  readonly text: string
  readonly isName: boolean
}

/**
 * Control characters, what turns or isolates the direction of text, what has no width or only looks like a space, tags
 * and lone surrogates. U+200D stays between emoji, where it only chooses a picture.
 */
const invisible =
  /(?<!\p{Extended_Pictographic}[\uFE0F\u{1F3FB}-\u{1F3FF}]?)\u200D|\u200D(?!\p{Extended_Pictographic})|(?!\u200D)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u2800\u3164\uFFA0\u{E0100}-\u{E01EF}]/gu

/** A line of text: a name, a sentence, a command. */
export const showInvisible = (text: string): Piece[] => split(text, nameOf)

/** Text in which line ends and tabs lay out the words. */
export const showLog = (text: string): Piece[] =>
  split(text, (character) => (character === '\n' || character === '\t' ? null : nameOf(character)))

/** Text of a token, where every character counts, spaces too. */
export const showToken = (text: string): Piece[] =>
  text === ''
    ? [{ text: '⟨empty⟩', isName: true }]
    : text.split(/( )/).flatMap((part) => (part === ' ' ? [{ text: '␣', isName: true }] : split(part, nameOf)))

export const joinPieces = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('')

function split(text: string, name: (character: string) => string | null): Piece[] {
  const pieces: Piece[] = []
  let start = 0
  for (const { 0: character, index } of text.matchAll(invisible)) {
    const shown = name(character)
    if (shown === null) continue
    if (index > start) pieces.push({ text: text.slice(start, index), isName: false })
    pieces.push({ text: shown, isName: true })
    start = index + character.length
  }
  if (start < text.length) pieces.push({ text: text.slice(start), isName: false })
  return pieces
}

const marks: Readonly<Record<string, string>> = { '\n': '↵', '\t': '⇥' }

const nameOf = (character: string): string =>
  marks[character] ?? `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`
