import type { Verdict } from '../../types.js'
import { joinPieces, showInvisible } from './html/show-invisible.js'

/**
 * Text of an engine or of a checkpoint as it may be shown, on one line, every character of it: control characters (a
 * terminal's colours begin with one) and what turns or hides text become names like ⟨U+202E⟩.
 */
export const showText = (text: string): string => joinPieces(showInvisible(text))

/** The same of words, between which all white space is a space. */
export const showLine = (text: string): string => showText(text.trim().replace(/\s+/g, ' '))

/** The last lines that the engine of an `error` wrote. */
export const showLog = ({ outcome, log = '' }: Verdict, count: number): string[] =>
  outcome !== 'error' || log.trim() === ''
    ? []
    : log
        .trimEnd()
        .split(/\r?\n/)
        .slice(-count)
        .map((line) => showText(line.replaceAll('\t', '  ')))

/** At most so many characters; what is cut off leaves an ellipsis, and no half of a pair. */
export const shorten = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
