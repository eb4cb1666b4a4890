import { expect, it } from 'vitest'
import { makeVerdict } from '../../report/report.fixture.js'
import { judgeVisit, type ExhibitCase } from './visit-exhibit.js'

const item: ExhibitCase = {
  ...{ id: 'museum/one', checkpoint: '/a', file: '/a.case.ts', prompts: [{ id: 'one', tokens: [2] }], generate: 1 },
  exhibit: {
    ...{ title: 'One', what: 'It was wrong.', link: 'https://example.org/1', outcome: 'fail', says: 'wrong token' },
    ...{ shipped: { version: '1.0.0', date: '2026-01-01' }, mended: null },
    ...{ wrong: { engine: 'mlx-lm@1.0.0' }, right: { engine: 'mlx-lm@1.1.0' } },
  },
}
const skipped = makeVerdict({ outcome: 'skipped' })
const caught = makeVerdict({ outcome: 'fail', reason: 'a wrong token' })
const clean = makeVerdict({ outcome: 'pass' })

it.each([
  ['a regression that is not caught, where the other side is missing', clean, skipped, true, true],
  ['a side that is not clean, where the other is missing', skipped, caught, true, true],
  ['nothing of a pair that is missing', skipped, skipped, true, false],
  ['nothing of the half that is as it must be', caught, skipped, true, false],
  ['nothing of the other half', skipped, clean, true, false],
  ['nothing of a whole pair that is as it must be', caught, clean, false, false],
  ['what is caught for another reason', makeVerdict({ outcome: 'fail', reason: 'slow' }), clean, false, true],
])('finds %s', (_, wrong, right, isSkipped, isBad) => {
  expect(judgeVisit(item, wrong, right)).toMatchObject({ skipped: isSkipped, isBad })
})
