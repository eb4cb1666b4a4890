/** A number as it is kept in a report: with so many significant digits. NaN and infinities stay. */
export const roundTo = (value: number, digits: number): number => Number(value.toPrecision(digits))
