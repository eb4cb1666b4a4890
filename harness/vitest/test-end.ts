import { isBad } from '../report/build.js'
import { printable } from '../prompt/printable.js'
import type { Verdict } from '../types.js'

/** What a verdict is to a test. */
export type TestEnd =
  | { readonly kind: 'pass'; readonly note: string | null }
  | { readonly kind: 'skip'; readonly why: string }
  | { readonly kind: 'fail'; readonly error: Error }

/** Near ties and known divergences pass with a note; what was skipped fails where it is required. */
export function testEndOf(verdict: Verdict, isRequired: boolean): TestEnd {
  const { outcome, reason, hint } = verdict
  if (outcome === 'skipped' && !isRequired) return { kind: 'skip', why: [reason, hint].filter(Boolean).join('. ') }
  if (outcome === 'skipped' || isBad(verdict)) return { kind: 'fail', error: failureOf(verdict) }
  return { kind: 'pass', note: outcome === 'pass' ? null : reason }
}

/** Named after the outcome, which stands before the sentence then. Its stack would only show this package. */
function failureOf({ outcome, reason, hint, reproduce, log }: Verdict): Error {
  const lastWords = log === undefined || log.trim() === '' ? [] : ['Last words:', ...log.trimEnd().split('\n')]
  const lines = [reason, ...(hint === undefined ? [] : [hint]), `See it again: ${reproduce}`, ...lastWords]
  const error = new Error(lines.map(printable).join('\n'))
  return Object.assign(error, { name: outcome, stack: undefined })
}
