import { ParityError } from '../errors.js'

/** What to do about a file whose bytes contradict each other. */
export const damagedHint = 'Download or save the file again: it is incomplete, damaged or was edited by hand.'

/** A file of a checkpoint that cannot be used. The message starts with the file. */
export function unusable(file: string, what: string, hint: string, cause?: unknown): ParityError {
  return new ParityError('PARITY_CHECKPOINT', `${file}: ${what}`, hint, cause === undefined ? undefined : { cause })
}
