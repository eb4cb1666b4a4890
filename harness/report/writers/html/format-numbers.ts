/** Numbers as people read them. */

/** An error as a multiple of the spread: `1.12 ×`. */
export function formatFactor(value: number): string {
  if (!Number.isFinite(value)) return `${formatNumber(value)} ×`
  return `${value < 10 ? value.toFixed(2) : value < 1e6 ? value.toFixed(0) : value.toExponential(1)} ×`
}

/** A number with at most so many significant digits. */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return minus(value.toExponential(digits - 1))
  return minus(String(Number(value.toPrecision(digits))))
}

/** A logit: four places behind the point, so that columns of them align. */
export const formatLogit = (value: number): string =>
  Number.isFinite(value) ? minus(value.toFixed(4)) : formatNumber(value)

/** A time in milliseconds. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** A size in bytes. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1)
  return `${formatNumber(bytes / 2 ** (10 * power))} ${units[power]}`
}

/** A moment, to the minute, in UTC: reports are read elsewhere than where they were made. */
export const formatMoment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`

/** `1 verdict`, `2 verdicts`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

const minus = (text: string) => text.replaceAll('-', '−')
