import { ParityError } from '../errors.js'

/** `2/4` as part 2 of 4. @throws ParityError PARITY_USAGE */
export function parseShard(text: string): { readonly index: number; readonly total: number } {
  const parts = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text)
  const [index, total] = parts?.slice(1).map(Number) ?? [0, 0]
  if (index >= 1 && index <= total) return { index, total }
  throw new ParityError('PARITY_USAGE', `--shard ${text} is not a part of a run`, 'For example --shard 2/4.')
}

/**
 * Splits names into parts that take about as long, the longest first, each into the part that has least to do. The same
 * names and times give the same parts, whatever the order of the names. A name without a time counts as the median.
 */
export function splitCells(
  names: readonly string[],
  total: number,
  millisecondsOf: (name: string) => number | undefined,
): string[][] {
  const known = names.map(millisecondsOf).filter((time) => time !== undefined)
  const median = known.sort((a, b) => a - b).at(Math.floor(known.length / 2)) ?? 1
  const timed = names.map((name) => ({ name, time: millisecondsOf(name) ?? median }))
  timed.sort((a, b) => b.time - a.time || (a.name < b.name ? -1 : 1))
  const parts = Array.from({ length: total }, () => ({ time: 0, names: [] as string[] }))
  for (const { name, time } of timed) {
    const part = parts.reduce((least, other) => (compare(other, least) < 0 ? other : least))
    part.names.push(name)
    part.time += time
  }
  return parts.map((part) => part.names.sort())
}

/** Of two parts with as much to do, the one with fewer names: a time may be 0. */
const compare = (a: { time: number; names: string[] }, b: { time: number; names: string[] }) =>
  a.time - b.time || a.names.length - b.names.length
