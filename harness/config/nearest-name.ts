/** The name that a mistyped one was meant to be, or null where none is near. */
export function findNearestName(mistyped: string, names: readonly string[]): string | null {
  const distances = names.map((name) => measureDistance(mistyped.toLowerCase(), name.toLowerCase()))
  const least = Math.min(...distances)
  return least <= Math.max(2, mistyped.length / 3) ? names[distances.indexOf(least)] : null
}

/** How many letters must be put in, taken out or replaced to make `b` of `a` (Levenshtein). */
function measureDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 0; i < a.length; i++) {
    const above = row
    row = [i + 1]
    for (let j = 0; j < b.length; j++)
      row.push(Math.min(row[j] + 1, above[j + 1] + 1, above[j] + (a[i] === b[j] ? 0 : 1)))
  }
  return row[b.length]
}
