import { ParityError } from '../errors.js'
import type { LoadedCase } from './load-cases.js'

/**
 * The cases whose id matches any of the patterns (`*` stands for anything) and that carry any of the tags; all, without.
 *
 * @throws ParityError PARITY_USAGE where nothing is left
 */
export function filterCases(
  cases: readonly LoadedCase[],
  patterns: readonly string[],
  tags: readonly string[],
): LoadedCase[] {
  const matchers = patterns.map(toPattern)
  const found = cases.filter(
    ({ id, tags: own = [] }) =>
      (matchers.length === 0 || matchers.some((matcher) => matcher.test(id))) &&
      (tags.length === 0 || tags.some((tag) => own.includes(tag))),
  )
  if (found.length > 0) return found
  const wanted = [...patterns.map((pattern) => `--case '${pattern}'`), ...tags.map((tag) => `--tag '${tag}'`)].join(' ')
  const known = cases.map(({ id }) => id).join(', ')
  throw new ParityError(
    'PARITY_USAGE',
    `no case matches ${wanted === '' ? 'the project' : wanted}`,
    known === '' ? 'There are no cases here.' : `Cases: ${known}.`,
  )
}

const toPattern = (pattern: string) =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
