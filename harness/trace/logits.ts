/** What is read off a row of logits. A NaN counts as the largest value, as in PyTorch, so that it cannot hide. */

type Row = Float64Array | Float32Array

/** Index of the largest logit, the lowest index at a tie. */
export function argmax(logits: Row): number {
  let best = 0
  for (let i = 0; i < logits.length; i++) {
    if (Number.isNaN(logits[i])) return i
    if (logits[i] > logits[best]) best = i
  }
  return best
}

/** Indices of the `count` largest logits in falling order, lower indices first at a tie. */
export function topIndices(logits: Row, count: number): number[] {
  const top: number[] = []
  for (let i = 0; i < logits.length; i++) {
    if (top.length === count && !above(logits[i], logits[top[count - 1]])) continue
    let at = top.length
    while (at > 0 && above(logits[i], logits[top[at - 1]])) at--
    top.splice(at, 0, i)
    if (top.length > count) top.pop()
  }
  return top
}

const above = (a: number, b: number) => (Number.isNaN(a) ? !Number.isNaN(b) : a > b)

/** Natural logarithm of the sum of exponentials: what turns a logit into a log-probability by subtraction. */
export function logSumExp(logits: Row): number {
  let largest = -Infinity
  for (const logit of logits) {
    if (Number.isNaN(logit)) return NaN
    if (logit > largest) largest = logit
  }
  if (!Number.isFinite(largest)) return largest
  let sum = 0
  for (const logit of logits) sum += Math.exp(logit - largest)
  return largest + Math.log(sum)
}
