import { ParityError } from '../../errors.js'

/** What a server did that ends an observation: its address and path come first. */
export const serverFault = (where: string, what: string, hint: string, cause?: unknown): ParityError =>
  new ParityError('PARITY_SOURCE', `${where}: ${what}`, hint, cause === undefined ? undefined : { cause })

/** A server answered with a status that asking again does not change. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    /** As the server words it. */
    readonly words: string,
    /** Path of the request. */
    readonly where: string,
  ) {
    super(`${where}: the server answers ${status}${words === '' ? '' : `: ${words}`}`)
  }
}
