import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusal, temporaryFolder } from '../checkpoint/refusal.fixture.js'
import { acceptReport, formatBaseline, parseBaseline, readBaseline } from './baseline.js'
import { makeReport, makeVerdict } from './report.fixture.js'

const at = new Date('2026-12-01T10:00:00Z')
const cpu = makeVerdict()
const gpu = makeVerdict({ engine: 'onnxruntime:webgpu/float32', adapter: 'Some GPU', excess: 2 })
const broken = makeVerdict({ caseId: 'mine/broken', outcome: 'fail', excess: Infinity })

describe('acceptReport', () => {
  it('takes what says something of an engine', () => {
    const skipped = makeVerdict({ caseId: 'mine/skipped', outcome: 'skipped' })
    const lost = makeVerdict({ caseId: 'mine/lost', outcome: 'error', fault: 'infrastructure' })
    const crashed = makeVerdict({ caseId: 'mine/crashed', outcome: 'error', fault: 'engine', excess: null })
    const { verdicts, ...rest } = acceptReport(null, makeReport(cpu, skipped, lost, crashed), at)
    expect(rest).toEqual({ version: 1, tool: '1.2.3', acceptedAt: '2026-12-01T10:00:00.000Z' })
    expect(verdicts).toEqual({
      'mine/e4b on onnxruntime:cpu/float32': {
        outcome: 'pass',
        excess: 1.12,
        engineVersion: '1.30.0',
        reference: 'transformers@5.23.0/float64, recorded',
        adapter: 'Some CPU',
      },
      'mine/crashed on onnxruntime:cpu/float32': {
        outcome: 'error',
        excess: null,
        engineVersion: '1.30.0',
        reference: 'transformers@5.23.0/float64, recorded',
        adapter: 'Some CPU',
      },
    })
  })

  it('leaves what was not run, was skipped or failed with the machine, replaces the rest and removes what is gone', () => {
    const before = acceptReport(null, makeReport(cpu, gpu, broken, makeVerdict({ caseId: 'mine/old' })), at)
    const report = {
      ...makeReport(
        { ...cpu, outcome: 'error', fault: 'infrastructure', excess: null },
        { ...gpu, outcome: 'skipped', excess: null },
        { ...broken, outcome: 'pass', excess: 1.5 },
      ),
      gone: [{ caseId: 'mine/old', engine: 'onnxruntime:cpu/float32', outcome: 'pass' as const }],
    }
    const { verdicts } = acceptReport(before, report, at)
    expect(Object.entries(verdicts).map(([key, { outcome, excess }]) => [key, outcome, excess])).toEqual([
      ['mine/broken on onnxruntime:cpu/float32', 'pass', 1.5],
      ['mine/e4b on onnxruntime:cpu/float32', 'pass', 1.12],
      ['mine/e4b on onnxruntime:webgpu/float32', 'pass', 2],
    ])
  })
})

describe('formatBaseline', () => {
  it('has one verdict a line, in the order of their keys', () => {
    expect(formatBaseline(acceptReport(null, makeReport(gpu, cpu, broken), at))).toMatchInlineSnapshot(`
      "{
        "version": 1,
        "tool": "1.2.3",
        "acceptedAt": "2026-12-01T10:00:00.000Z",
        "verdicts": {
          "mine/broken on onnxruntime:cpu/float32": {"outcome":"fail","excess":"Infinity","engineVersion":"1.30.0","reference":"transformers@5.23.0/float64, recorded","adapter":"Some CPU"},
          "mine/e4b on onnxruntime:cpu/float32": {"outcome":"pass","excess":1.12,"engineVersion":"1.30.0","reference":"transformers@5.23.0/float64, recorded","adapter":"Some CPU"},
          "mine/e4b on onnxruntime:webgpu/float32": {"outcome":"pass","excess":2,"engineVersion":"1.30.0","reference":"transformers@5.23.0/float64, recorded","adapter":"Some GPU"}
        }
      }
      "
    `)
  })

  it('is read back as it was, infinities included', () => {
    const baseline = acceptReport(null, makeReport(broken, gpu, cpu), at)
    expect(parseBaseline(formatBaseline(baseline), 'it')).toEqual(baseline)
    const empty = acceptReport(null, makeReport(), at)
    expect(parseBaseline(formatBaseline(empty), 'it')).toEqual(empty)
  })
})

describe('readBaseline', () => {
  it('refuses what is no baseline', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'baseline.json')
    const refused = async (content: string) => {
      await writeFile(file, content)
      return refusal(readBaseline(file), folder)
    }
    expect(await refusal(readBaseline(file), folder)).toBe('PARITY_BASELINE FOLDER/baseline.json does not exist')
    expect(await refusal(readBaseline(folder), folder)).toBe('PARITY_BASELINE FOLDER cannot be read')
    expect(await refused('{')).toBe('PARITY_BASELINE FOLDER/baseline.json is not JSON')
    const good = formatBaseline(acceptReport(null, makeReport(cpu), at))
    expect(await refused(good.replace('"version": 1', '"version": 2'))).toMatchInlineSnapshot(`
      "PARITY_BASELINE FOLDER/baseline.json is not a baseline of this version: ✖ Invalid input: expected 1
        → at version"
    `)
    expect(await refused(good.replace(' on onnxruntime', ' off onnxruntime'))).toMatchInlineSnapshot(`
      "PARITY_BASELINE FOLDER/baseline.json is not a baseline of this version: ✖ Invalid key in record
        → at verdicts["mine/e4b off onnxruntime:cpu/float32"]"
    `)
    expect(await refused(good.replace('"pass"', '"passed"'))).toMatchInlineSnapshot(`
      "PARITY_BASELINE FOLDER/baseline.json is not a baseline of this version: ✖ Invalid option: expected one of "pass"|"near-tie"|"fail"|"error"|"known"|"fixed"|"skipped"
        → at verdicts["mine/e4b on onnxruntime:cpu/float32"].outcome"
    `)
  })
})
