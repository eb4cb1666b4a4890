import { expect, test } from 'vitest'
import { makeReport, makeVerdict } from '../report/report.fixture.js'
import { countVerdicts, formatOutputs } from './outputs.js'

/** What GitHub reads from the file. */
function readOutputs(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  const lines = text.split('\n')
  for (let at = 0; at < lines.length - 1; at++) {
    const [name = '', delimiter = ''] = (lines[at] ?? '').split('<<')
    const end = lines.indexOf(delimiter, at + 1)
    found[name] = lines.slice(at + 1, end).join('\n')
    at = end
  }
  return found
}

test('no value can begin another output', () => {
  const hostile = 'a\nEOF\nexit-code=0\nexit-code<<EOF\n0\nEOF'
  const text = formatOutputs({ report: hostile, 'exit-code': 1 })
  expect(readOutputs(text)).toEqual({ report: hostile, 'exit-code': '1' })
  expect(formatOutputs({ a: 1 })).not.toBe(formatOutputs({ a: 1 }))
})

test('counts every outcome and every change', () => {
  const report = makeReport(
    makeVerdict({ caseId: 'a' }),
    makeVerdict({ caseId: 'b', outcome: 'fail', change: 'regressed' }),
    makeVerdict({ caseId: 'c', outcome: 'error', fault: 'infrastructure' }),
    makeVerdict({ caseId: 'd', change: 'fixed' }),
    makeVerdict({ caseId: 'e', outcome: 'near-tie', change: 'drifted' }),
    makeVerdict({ caseId: 'f', outcome: 'skipped' }),
  )
  const gone = [{ caseId: 'g', engine: 'onnxruntime:cpu/float32', outcome: 'pass' as const }]
  expect(countVerdicts({ ...report, gone })).toEqual({
    total: 6,
    pass: 2,
    'near-tie': 1,
    fail: 1,
    error: 1,
    known: 0,
    fixed: 0,
    skipped: 1,
    infrastructure: 1,
    regressed: 1,
    drifted: 1,
    recovered: 1,
    new: 0,
    gone: 1,
  })
})
