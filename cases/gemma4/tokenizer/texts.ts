import { bidi, bytes, controls, special, whitespace } from './odd-texts.js'
import { addresses, code, combining, emoji, long, numbers, scripts, sentences, tasks } from './ordinary-texts.js'

/** Texts on which the harness's tokenizer and Python's must agree to the last token. */
export const texts: readonly string[] = [
  ...new Set([
    '',
    ...tasks,
    ...sentences,
    ...scripts,
    ...combining,
    ...emoji,
    ...code,
    ...bidi,
    ...whitespace,
    ...special,
    ...bytes,
    ...controls,
    ...numbers,
    ...addresses,
    ...long,
  ]),
]
