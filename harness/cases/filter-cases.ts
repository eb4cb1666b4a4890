import { ParityError } from '../errors.js'
import type { LoadedCase } from './load-cases.js'

/** Which cases are meant. */
export interface Selection {
  /** Ids, where `*` stands for anything. */
  readonly case?: readonly string[]
  readonly tag?: readonly string[]
  readonly suite?: readonly string[]
}

const defaultSuite = 'default'

/**
 * The cases whose id matches any of the patterns and that carry any of the tags. Without a pattern and without a suite,
 * those of the default suite; a pattern finds cases of every suite.
 *
 * @throws ParityError PARITY_USAGE where nothing is left
 */
export function filterCases(cases: readonly LoadedCase[], selection: Selection): LoadedCase[] {
  const { case: patterns = [], tag: tags = [] } = selection
  const suites = selection.suite ?? (patterns.length > 0 ? null : [defaultSuite])
  const found = cases.filter(
    ({ id, suite = defaultSuite, tags: own = [] }) =>
      (suites === null || suites.includes(suite)) &&
      (patterns.length === 0 || patterns.some((pattern) => matchesPattern(pattern, id))) &&
      (tags.length === 0 || tags.some((tag) => own.includes(tag))),
  )
  if (found.length > 0) return found
  throw new ParityError('PARITY_USAGE', `no case matches ${describeSelection(selection)}`, describeCases(cases))
}

function describeSelection({ case: patterns = [], tag: tags = [], suite: suites = [] }: Selection): string {
  const flags = { case: patterns, tag: tags, suite: suites }
  const wanted = Object.entries(flags).flatMap(([flag, values]) => values.map((value) => `--${flag} '${value}'`))
  return wanted.length === 0 ? 'the project' : wanted.join(' ')
}

function describeCases(cases: readonly LoadedCase[]): string {
  if (cases.length === 0) return 'There are no cases here: parity init writes the first one.'
  const ids = cases.map(({ id, suite }) => (suite === undefined ? id : `${id} (suite ${suite})`))
  return `Cases: ${ids.join(', ')}.`
}

/** Whether an id is one that a pattern means, in which `*` stands for anything. */
export const matchesPattern = (pattern: string, id: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(id)
