import { expect, it } from 'vitest'
import { makeVerdict } from '../report/report.fixture.js'
import { testEndOf } from './test-end.js'

const reason = 'as it is told'

it('passes a verdict that is good, with a note where it is not wholly equal', () => {
  expect(testEndOf(makeVerdict({ outcome: 'pass', reason }), false)).toEqual({ kind: 'pass', note: null })
  expect(testEndOf(makeVerdict({ outcome: 'near-tie', reason }), false)).toEqual({ kind: 'pass', note: reason })
  expect(testEndOf(makeVerdict({ outcome: 'known', reason }), true)).toEqual({ kind: 'pass', note: reason })
})

it('skips what cannot run here, unless it is required', () => {
  const verdict = makeVerdict({ outcome: 'skipped', reason, hint: 'Buy one.', reproduce: 'again' })
  expect(testEndOf(verdict, false)).toEqual({ kind: 'skip', why: 'as it is told. Buy one.' })
  expect(testEndOf(verdict, true)).toEqual({
    kind: 'fail',
    error: expect.objectContaining({
      name: 'skipped',
      message: 'as it is told\nBuy one.\nSee it again: again',
    }) as Error,
  })
})

it.each(['fail', 'error', 'fixed'] as const)('fails a verdict %s, named after it and without a stack', (outcome) => {
  const end = testEndOf(makeVerdict({ outcome, reason, reproduce: 'again' }), false)
  if (end.kind !== 'fail') throw new Error(end.kind)
  const { name, message, stack } = end.error
  expect({ name, message, stack }).toEqual({
    name: outcome,
    message: `${reason}\nSee it again: again`,
    stack: undefined,
  })
})

it('shows an engine’s last words, and nothing that a terminal would obey', () => {
  const log = 'loading\n\u001b[2Jgone \u202e!\n\n'
  const end = testEndOf(makeVerdict({ outcome: 'error', reason: 'died \u001b[31m', reproduce: 'again', log }), false)
  if (end.kind !== 'fail') throw new Error(end.kind)
  expect(end.error.message.split('\n')).toEqual([
    'died \\u001b[31m',
    'See it again: again',
    'Last words:',
    'loading',
    '\\u001b[2Jgone \\u202e!',
  ])
})
