/** The search box: `s:fail e:mlx m:e4b "two words" !s:pass`. */
import type { Verdict } from '../../../types.js'

/** What a search looks at. */
export type Searched = Pick<Verdict, 'caseId' | 'engine'> &
  Partial<Pick<Verdict, 'engineVersion' | 'outcome' | 'fault' | 'reason'>> & {
    /** A change since the baseline, or `gone`. */
    readonly change?: string
  }

type Field = 's' | 'e' | 'm' | 'text'

interface Term {
  readonly field: Field
  readonly isNegated: boolean
  readonly word: string
}

/**
 * Makes a search into a question about a verdict. `s:` is the beginning of an outcome, a change or whose fault an error
 * is, `e:` a part of the engine, `m:` of the case; other words stand in any of them or in the sentence. Words of one
 * prefix widen the search, those of different ones and bare words narrow it; `!` before a word excludes.
 */
export function parseSearch(search: string): (verdict: Searched) => boolean {
  // A prefix or a "!" whose word is still to be typed says nothing yet.
  const terms = [...search.toLowerCase().matchAll(/(!?)(?:([sem]):)?("[^"]*"?|\S+|(?<=[:!]))/g)]
    .map(([, not, field, word]): Term => ({
      field: (field as Field | undefined) ?? 'text',
      isNegated: not === '!',
      word: word.replaceAll('"', ''),
    }))
    .filter(({ word }) => word !== '')
  const excluded = terms.filter(({ isNegated }) => isNegated)
  const wanted = terms.filter(({ isNegated }) => !isNegated)
  const prefixed = (['s', 'e', 'm'] as const)
    .map((field) => wanted.filter((term) => term.field === field))
    .filter((alternatives) => alternatives.length > 0)
  const bare = wanted.filter(({ field }) => field === 'text')
  return (verdict) =>
    !excluded.some((term) => matches(term, verdict)) &&
    bare.every((term) => matches(term, verdict)) &&
    prefixed.every((alternatives) => alternatives.some((term) => matches(term, verdict)))
}

function matches({ field, word }: Term, verdict: Searched): boolean {
  const { caseId, outcome, change, fault, reason } = verdict
  const states = [outcome, change, fault]
  if (field === 's') return states.some((state) => state?.startsWith(word))
  const engine = `${verdict.engine} ${verdict.engine.split(':')[0]}@${verdict.engineVersion ?? ''}`
  const hay = field === 'e' ? engine : field === 'm' ? caseId : [caseId, engine, ...states, reason ?? ''].join('\n')
  return hay.toLowerCase().includes(word)
}

/** The search with a token added, or without it where it has it. */
export function toggleToken(search: string, token: string): string {
  const words = search.split(/\s+/).filter((word) => word !== '')
  return (words.includes(token) ? words.filter((word) => word !== token) : [...words, token]).join(' ')
}

export const hasToken = (search: string, token: string): boolean => search.split(/\s+/).includes(token)
