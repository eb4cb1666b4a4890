import { expect, it } from 'vitest'
import { findNearestName } from './nearest-name.js'

it('finds what a mistyped name was meant to be, and nothing for a stranger', () => {
  const names = ['engines', 'reference', 'reporters', 'failOn']
  expect(
    ['engine', 'enignes', 'fail-on', 'FAILON', 'reporter', 'plugins', 'x'].map((name) => findNearestName(name, names)),
  ).toEqual(['engines', 'engines', 'failOn', 'failOn', 'reporters', null, null])
})
