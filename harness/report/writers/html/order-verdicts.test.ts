import { expect, it } from 'vitest'
import { makeVerdict } from '../../report.fixture.js'
import { orderVerdicts } from './order-verdicts.js'

it('puts failures first, and behind them what a machine broke', () => {
  const verdicts = [
    makeVerdict({ caseId: 'pass' }),
    makeVerdict({ caseId: 'skipped', outcome: 'skipped' }),
    makeVerdict({ caseId: 'near-tie', outcome: 'near-tie' }),
    makeVerdict({ caseId: 'known', outcome: 'known' }),
    makeVerdict({ caseId: 'drifted', change: 'drifted' }),
    makeVerdict({ caseId: 'drifted too', outcome: 'near-tie', change: 'drifted' }),
    makeVerdict({ caseId: 'fixed', outcome: 'fixed', change: 'fixed' }),
    makeVerdict({ caseId: 'infrastructure', outcome: 'error', fault: 'infrastructure' }),
    makeVerdict({ caseId: 'error', outcome: 'error', fault: 'engine' }),
    makeVerdict({ caseId: 'fail', outcome: 'fail', change: 'new' }),
    makeVerdict({ caseId: 'regressed', outcome: 'error', fault: 'engine', change: 'regressed' }),
  ]
  expect(orderVerdicts(verdicts).map(({ caseId }) => caseId)).toEqual([
    'regressed',
    'fail',
    'error',
    'infrastructure',
    'fixed',
    'drifted',
    'drifted too',
    'known',
    'near-tie',
    'skipped',
    'pass',
  ])
})
