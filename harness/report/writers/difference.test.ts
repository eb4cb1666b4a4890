import { describe, expect, it } from 'vitest'
import { acceptReport } from '../baseline.js'
import type { Report } from '../build.js'
import { compareReports } from '../compare-reports.js'
import { makeReport, makeVerdict } from '../report.fixture.js'
import { formatDifference, formatDifferenceJson } from './difference.js'

const names = { before: 'main', after: 'reports/report.json' }
const on = (caseId: string, change = {}) => makeVerdict({ caseId, ...change })
const oracle = { engine: 'oracle:cpu/float64', engineVersion: '1.0.0', adapter: null }
const before = makeReport(on('a'), on('b'), on('c', { outcome: 'fail' }), on('d', oracle), on('e', oracle))

describe('formatDifference', () => {
  it('names the likely cause first', () => {
    const now = { engineVersion: '1.31.0', outcome: 'fail', excess: 40, reason: 'logits 40 × the spread' }
    const after: Report = {
      ...makeReport(on('a', now), on('b', { ...now, adapter: 'Other CPU' }), on('c'), on('d', oracle), on('f')),
      tool: { name: 'transformers-parity', version: '1.3.0' },
    }
    expect(formatDifference(compareReports(before, after), names)).toMatchInlineSnapshot(`
      "main (2026-11-24) → reports/report.json (2026-11-24)

      2 verdicts regressed; all and only those ran on onnxruntime 1.30.0 → 1.31.0
        also: 1 of 2, and no unchanged one, ran on Some CPU → Other CPU
        also: all of them, like all unchanged ones, were judged by transformers-parity 1.2.3 → 1.3.0
        a on onnxruntime:cpu/float32: pass 1.12 × → fail 40 × (35.7 times)
          logits 40 × the spread
          reproduce: npx parity run --case mine/e4b --engine onnxruntime:cpu
        b on onnxruntime:cpu/float32: pass 1.12 × → fail 40 × (35.7 times)
          logits 40 × the spread
          reproduce: npx parity run --case mine/e4b --engine onnxruntime:cpu

      1 verdict fixed; all of them, like all unchanged ones, were judged by transformers-parity 1.2.3 → 1.3.0
        c on onnxruntime:cpu/float32: fail 1.12 × → pass 1.12 ×

      1 verdict new
        f on onnxruntime:cpu/float32: pass 1.12 ×

      1 verdict only in the earlier one
        e on oracle:cpu/float64: pass 1.12 ×

      1 verdict unchanged
      "
    `)
  })

  it('says where nothing changed', () => {
    expect(formatDifference(compareReports(before, before), names)).toMatchInlineSnapshot(`
      "main (2026-11-24) → reports/report.json (2026-11-24)

      Nothing changed: 5 verdicts are as before.
      "
    `)
  })

  it('says how far a cause explains what happened', () => {
    const text = (...verdicts: Report['verdicts']) =>
      formatDifference(compareReports(acceptReport(null, before, new Date(0)), makeReport(...verdicts)), names).split(
        '\n',
      )[2]
    const fail = { outcome: 'fail' }
    const newer = { engineVersion: '1.31.0' }
    const rest = [on('c', fail), on('d', oracle), on('e', oracle)]
    expect(text(on('a', fail), on('b'), ...rest)).toBe(
      '1 verdict regressed; nothing that reports know of changed beside it',
    )
    expect(text(on('a', { ...fail, ...newer }), on('b', newer), ...rest)).toBe(
      '1 verdict regressed; all of them, and 1 of 4 unchanged ones, ran on onnxruntime 1.30.0 → 1.31.0',
    )
    expect(text(on('a', { ...fail, ...newer }), on('b', fail), ...rest)).toBe(
      '2 verdicts regressed; 1 of 2, and no unchanged one, ran on onnxruntime 1.30.0 → 1.31.0',
    )
  })

  it('shows hostile text as text', () => {
    const hostile = {
      outcome: 'fail',
      reason: 'a\u001b[31m\nb\u202ec',
      adapter: '\u001b[2JGPU',
      reproduce: 'run\u200b',
    }
    const text = formatDifference(compareReports(before, makeReport(on('a', hostile))), {
      ...names,
      before: '\u001b[1m',
    })
    expect(/[^\P{C}\n]/u.test(text)).toBe(false)
    expect(text.split('\n').filter((line) => line.includes('⟨U+'))).toEqual([
      '⟨U+001B⟩[1m (2026-11-24) → reports/report.json (2026-11-24)',
      '1 verdict regressed; all of them ran on Some CPU → ⟨U+001B⟩[2JGPU',
      '    a⟨U+001B⟩[31m b⟨U+202E⟩c',
      '    reproduce: run⟨U+200B⟩',
    ])
  })
})

describe('formatDifferenceJson', () => {
  it('is one document, infinities spelt out', () => {
    const after = makeReport(on('a', { outcome: 'fail', excess: Infinity }))
    const document = JSON.parse(formatDifferenceJson(compareReports(makeReport(on('a')), after))) as object
    expect(document).toMatchInlineSnapshot(`
      {
        "after": {
          "at": "2026-11-24T08:00:00.000Z",
          "tool": "1.2.3",
        },
        "before": {
          "at": "2026-11-24T08:00:00.000Z",
          "tool": "1.2.3",
        },
        "groups": [
          {
            "kind": "regressed",
            "likelyCauses": [],
            "verdicts": [
              {
                "after": {
                  "engineVersion": "1.30.0",
                  "excess": "Infinity",
                  "outcome": "fail",
                },
                "before": {
                  "engineVersion": "1.30.0",
                  "excess": 1.12,
                  "outcome": "pass",
                },
                "caseId": "a",
                "engine": "onnxruntime:cpu/float32",
                "excessRatio": "Infinity",
                "reason": "logits within 1.1 × the spread, 48 of 48 generated tokens equal",
                "reproduce": "npx parity run --case mine/e4b --engine onnxruntime:cpu",
              },
            ],
          },
        ],
        "unchanged": 0,
      }
    `)
  })
})
