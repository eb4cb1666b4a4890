import { ParityError } from '../errors.js'

/** `3,4,5` as token ids. @throws ParityError PARITY_USAGE */
export function parseTokens(text: string): number[] {
  if (text.trim() === '')
    throw new ParityError('PARITY_USAGE', 'the prompt is empty', 'Give at least one token: --tokens 2,7,9.')
  return text.split(',').map((part) => {
    if (/^\s*\d+\s*$/.test(part)) return Number(part)
    throw new ParityError(
      'PARITY_USAGE',
      `'${part}' in --tokens is not a token id`,
      'Token ids are whole numbers between commas: --tokens 2,7,9.',
    )
  })
}

/** A whole number of at least 1. @throws ParityError PARITY_USAGE */
export function parseCount(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new ParityError('PARITY_USAGE', `${flag} ${text} is not a whole number of at least 1`, `For example ${flag} 4.`)
}

/** Seconds, as how long a source may be silent at each stage. @throws ParityError PARITY_USAGE */
export function parseTimeouts(text: string) {
  const silence = 1000 * parseCount('--timeout', text)
  return { startMs: Math.min(silence, 60_000), openMs: silence, observeMs: silence }
}
