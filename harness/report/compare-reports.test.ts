import { describe, expect, it } from 'vitest'
import type { Verdict } from '../types.js'
import { acceptReport } from './baseline.js'
import type { Report } from './build.js'
import { compareReports, type Difference } from './compare-reports.js'
import { makeReport, makeVerdict } from './report.fixture.js'

const cpu = (name: string, change: Partial<Verdict> = {}) => makeVerdict({ caseId: `mine/${name}`, ...change })
const oracle = (name: string, change: Partial<Verdict> = {}) =>
  cpu(name, { engine: 'oracle:cpu/float64', engineVersion: '1.0.0', adapter: null, ...change })

const kinds = ({ groups }: Difference) =>
  groups.map(({ kind, verdicts }) => [kind, ...verdicts.map(({ caseId, engine }) => `${caseId} on ${engine}`)])

const causes = (difference: Difference, at = 0) =>
  difference.groups[at].likelyCauses.map(({ kind, before, after, changed, unchanged }) => [
    kind,
    `${before} → ${after}`,
    `${changed.with}/${changed.of}, ${unchanged.with}/${unchanged.of}`,
  ])

describe('compareReports', () => {
  it('sorts verdicts by what became of them, the worst first', () => {
    const before = makeReport(
      cpu('a'),
      cpu('b', { outcome: 'fail' }),
      cpu('c'),
      cpu('d'),
      cpu('e'),
      cpu('f', { outcome: 'skipped', excess: null }),
      cpu('g', { outcome: 'fail' }),
    )
    const after = makeReport(
      cpu('a', { outcome: 'fail', excess: 900, reason: 'diverged' }),
      cpu('b'),
      cpu('c', { excess: 3.4 }),
      cpu('d', { outcome: 'error', fault: 'infrastructure', excess: null }),
      cpu('f'),
      cpu('g', { outcome: 'fail', excess: 2 }),
      cpu('h'),
    )
    const difference = compareReports(before, after)
    const on = ' on onnxruntime:cpu/float32'
    expect(kinds(difference)).toEqual([
      ['regressed', `mine/a${on}`],
      ['drifted', `mine/c${on}`],
      ['changed', `mine/d${on}`, `mine/f${on}`],
      ['fixed', `mine/b${on}`],
      ['new', `mine/h${on}`],
      ['gone', `mine/e${on}`],
    ])
    expect(difference.unchanged).toBe(1)
    expect(difference.groups[0].verdicts).toEqual([
      {
        caseId: 'mine/a',
        engine: 'onnxruntime:cpu/float32',
        before: { outcome: 'pass', excess: 1.12, engineVersion: '1.30.0' },
        after: { outcome: 'fail', excess: 900, engineVersion: '1.30.0' },
        excessRatio: 900 / 1.12,
        reason: 'diverged',
        reproduce: 'npx parity run --case mine/e4b --engine onnxruntime:cpu',
      },
    ])
    expect(difference.groups.map(({ likelyCauses }) => likelyCauses)).toEqual([[], [], [], [], [], []])
  })

  it('finds nothing between a report and itself', () => {
    const report = makeReport(cpu('a'), cpu('b', { outcome: 'fail' }), cpu('c', { excess: NaN, outcome: 'fail' }))
    const { groups, unchanged } = compareReports(report, report)
    expect({ groups, unchanged }).toEqual({ groups: [], unchanged: 3 })
  })

  it('knows of a baseline what that kept', () => {
    const baseline = acceptReport(null, makeReport(cpu('a'), oracle('a')), new Date('2026-10-01T00:00:00Z'))
    const now = { outcome: 'fail', engineVersion: '1.31.0', limits: { rmsExcess: 1, maxExcess: 2 } } as const
    const difference = compareReports(baseline, makeReport(cpu('a', now), oracle('a')))
    expect(difference.before).toEqual({ tool: '1.2.3', at: '2026-10-01T00:00:00.000Z' })
    expect(causes(difference)).toEqual([['engine', 'onnxruntime 1.30.0 → onnxruntime 1.31.0', '1/1, 0/1']])
  })
})

describe('likely causes', () => {
  it('begin with what changed beside all that regressed and beside nothing else', () => {
    const before = makeReport(cpu('a'), cpu('b'), oracle('a'), oracle('b'))
    const now = { outcome: 'fail', engineVersion: '1.31.0' } as const
    const after: Report = {
      ...makeReport(cpu('a', now), cpu('b', { ...now, adapter: 'Other CPU' }), oracle('a'), oracle('b')),
      tool: { name: 'transformers-parity', version: '1.3.0' },
    }
    expect(causes(compareReports(before, after))).toEqual([
      ['engine', 'onnxruntime 1.30.0 → onnxruntime 1.31.0', '2/2, 0/2'],
      ['adapter', 'Some CPU → Other CPU', '1/2, 0/2'],
      ['tool', 'transformers-parity 1.2.3 → transformers-parity 1.3.0', '2/2, 2/2'],
    ])
  })

  it('prefer what is specific to a verdict where two explain as much', () => {
    const before = makeReport(cpu('a'), cpu('b'))
    const files = { config: 'd1'.repeat(32), weights: { 'model.safetensors': 'ab'.repeat(32) } }
    const bad = {
      outcome: 'fail',
      engineVersion: '1.31.0',
      checkpoint: files,
      limits: { rmsExcess: 2, maxExcess: 4 },
      reference: 'transformers@5.24.0/float64, recorded',
    } as const
    const { platform } = before
    const after = { ...makeReport(cpu('a', bad), cpu('b', bad)), platform: { ...platform, node: '30.0.0' } }
    expect(causes(compareReports(before, after))).toEqual([
      [
        'checkpoint',
        'config.json c0c0c0c0c0c0, model.safetensors abababababab → config.json d1d1d1d1d1d1, model.safetensors abababababab',
        '2/2, 0/0',
      ],
      ['limits', '4 × and 8 × → 2 × and 4 ×', '2/2, 0/0'],
      ['engine', 'onnxruntime 1.30.0 → onnxruntime 1.31.0', '2/2, 0/0'],
      ['reference', 'transformers@5.23.0/float64, recorded → transformers@5.24.0/float64, recorded', '2/2, 0/0'],
      ['node', `Node ${platform.node} → Node 30.0.0`, '2/2, 0/0'],
    ])
  })

  it('take other files of several checkpoints for one change', () => {
    const withConfig = (config: string) => ({ checkpoint: { config: config.repeat(32), weights: {} } })
    const before = makeReport(cpu('a', withConfig('a1')), cpu('b', withConfig('b1')), cpu('c', withConfig('c1')))
    const after = makeReport(
      cpu('a', { ...withConfig('a2'), outcome: 'fail' }),
      cpu('b', { ...withConfig('b2'), outcome: 'fail' }),
      cpu('c', withConfig('c1')),
    )
    expect(causes(compareReports(before, after)).map(([kind, , counts]) => [kind, counts])).toEqual([
      ['checkpoint', '2/2, 0/1'],
    ])
  })
})
