import { describe, expect, it } from 'vitest'
import { filterCases, type Selection } from './filter-cases.js'
import type { LoadedCase } from './load-cases.js'

const made = (id: string, suite: string | undefined, ...tags: string[]): LoadedCase => ({
  id,
  suite,
  tags,
  checkpoint: '/a',
  file: '/a.case.ts',
  prompts: [{ id: 'one', tokens: [2] }],
  generate: 1,
})
const cases = [
  made('gemma4/e4b-abliterated/pruned', undefined, 'e4b', 'abliterated'),
  made('gemma4/e4b-base/pruned', undefined, 'e4b'),
  made('gemma4/e2b.1', undefined, 'e2b'),
  made('hub/e4b', 'hub', 'e4b'),
]

describe('filterCases', () => {
  it.each<[string, Selection, string[]]>([
    [
      'nothing asked: the default suite',
      {},
      ['gemma4/e4b-abliterated/pruned', 'gemma4/e4b-base/pruned', 'gemma4/e2b.1'],
    ],
    ['a pattern', { case: ['gemma4/*abliterated*'] }, ['gemma4/e4b-abliterated/pruned']],
    ['a pattern, which finds every suite', { case: ['hub/*'] }, ['hub/e4b']],
    ['a tag, of the default suite', { tag: ['e4b'] }, ['gemma4/e4b-abliterated/pruned', 'gemma4/e4b-base/pruned']],
    ['a suite', { suite: ['hub'] }, ['hub/e4b']],
    ['a suite and a tag', { suite: ['hub', 'default'], tag: ['e2b'] }, ['gemma4/e2b.1']],
    ['a dot is a dot', { case: ['gemma4/e2b.1'] }, ['gemma4/e2b.1']],
  ])('%s', (_, selection, ids) => {
    expect(filterCases(cases, selection).map(({ id }) => id)).toEqual(ids)
  })

  it('says what it looked for and what there is', () => {
    expect(() => filterCases(cases, { case: ['x*'], tag: ['y'] })).toThrow(
      expect.objectContaining({
        code: 'PARITY_USAGE',
        message: "no case matches --case 'x*' --tag 'y'",
        hint: 'Cases: gemma4/e4b-abliterated/pruned, gemma4/e4b-base/pruned, gemma4/e2b.1, hub/e4b (suite hub).',
      }) as Error,
    )
  })
})
