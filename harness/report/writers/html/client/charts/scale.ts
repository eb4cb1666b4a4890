/** From a value to a place in a drawing. */
export interface Scale {
  readonly at: (value: number) => number
  readonly ticks: readonly { readonly value: number; readonly label: string }[]
}

/**
 * Powers of ten around the values, from `from` to `to`. Zero and less lie at the low end; what is not finite at the high.
 */
export function logScale(values: readonly number[], from: number, to: number): Scale {
  const powers = values.filter((value) => Number.isFinite(value) && value > 0).map(Math.log10)
  const low = Math.floor(powers.reduce((a, b) => Math.min(a, b), powers[0] ?? -1))
  const high = Math.max(Math.ceil(powers.reduce((a, b) => Math.max(a, b), powers[0] ?? 0)), low + 1)
  const every = Math.ceil((high - low) / 5)
  const ticks = []
  for (let power = low; power <= high; power += every) ticks.push({ value: 10 ** power, label: powerOfTen(power) })
  const at = (value: number) => {
    if (!Number.isFinite(value)) return to
    const power = value > 0 ? Math.max(Math.log10(value), low) : low
    return from + ((power - low) / (high - low)) * (to - from)
  }
  return { at, ticks }
}

/** Round values between the smallest and the largest one. */
export function linearScale(values: readonly number[], from: number, to: number): Scale {
  const smallest = values.reduce((a, b) => Math.min(a, b), Infinity)
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity)
  const low = Number.isFinite(smallest) ? smallest : 0
  const width = largest > low ? largest - low : 1
  const rough = width / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  const ticks = []
  for (let n = Math.ceil(low / step); n * step <= low + width; n++)
    ticks.push({ value: n * step, label: String(Number((n * step).toPrecision(6))).replace('-', '−') })
  return { at: (value) => from + ((value - low) / width) * (to - from), ticks }
}

/** Steps or layers from 0 on, every one in its place. */
export function countScale(length: number, from: number, to: number): Scale {
  const every = Math.max(1, Math.ceil(length / 12))
  const ticks = []
  for (let value = 0; value < length; value += every) ticks.push({ value, label: String(value) })
  return { at: (value) => from + ((value + 0.5) / Math.max(length, 1)) * (to - from), ticks }
}

const powerOfTen = (power: number): string =>
  power === 0
    ? '1'
    : power === 1
      ? '10'
      : `10${String(power).replaceAll(/./g, (digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]))}`
