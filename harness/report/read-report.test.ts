import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusal, temporaryFolder } from '../checkpoint/refusal.fixture.js'
import type { Comparison } from '../types.js'
import { readReport } from './read-report.js'
import { makeReport, makeVerdict } from './report.fixture.js'
import { formatJson } from './writers/json.js'
import { formatEnd, formatReached, formatStart } from './writers/jsonl.js'

const broken: Comparison = {
  aspect: 'logits',
  passed: false,
  metrics: { rms: NaN, max: Infinity },
  needed: { rmsExcess: Infinity, maxExcess: NaN },
  first: { prompt: 'long', position: 3 },
  nearTies: [],
}

describe('readReport', () => {
  it('gives what was written, NaN and infinities included', async () => {
    const file = join(await temporaryFolder(), 'report.json')
    const report = makeReport(makeVerdict({ outcome: 'fail', comparisons: [broken], reason: 'NaN', excess: -Infinity }))
    await writeFile(file, formatJson(report))
    expect(await readReport(file)).toEqual(report)
  })

  it('takes a streamed report too, whatever it is called, and a folder with either', async () => {
    const folder = await temporaryFolder()
    const report = makeReport(makeVerdict())
    const { tool, command, startedAt, verdicts } = report
    const start = { command, toolVersion: tool.version, startedAt: new Date(startedAt), cells: [], shard: null }
    const lines = [
      formatStart({ ...start, leftToNightly: 0 }),
      ...verdicts.map((verdict) => formatReached({ cell: 'mine/e4b on onnxruntime', verdict }, new Date(startedAt))),
    ]
    await writeFile(join(folder, 'any'), [...lines, formatEnd(report)].join('\n'))
    expect(await readReport(join(folder, 'any'))).toEqual(report)
    await writeFile(join(folder, 'verdicts.jsonl'), lines.join('\n'))
    expect(await readReport(folder)).toEqual({ ...report, elapsedMs: 0 })
    await writeFile(join(folder, 'report.json'), formatJson(report))
    expect(await readReport(folder)).toEqual(report)
  })

  it('takes the same written out by a person', async () => {
    const file = join(await temporaryFolder(), 'report.json')
    await writeFile(file, JSON.stringify(makeReport(makeVerdict()), null, 2))
    expect(await readReport(file)).toEqual(makeReport(makeVerdict()))
  })

  it('refuses what is no report', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'report.json')
    expect(await refusal(readReport(file), folder)).toBe('PARITY_REPORT FOLDER/report.json does not exist')
    await writeFile(file, '{')
    expect(await refusal(readReport(file), folder)).toBe('PARITY_REPORT FOLDER/report.json is not JSON')
    await writeFile(file, '{"version":2}')
    expect(await refusal(readReport(file), folder)).toMatch(/is not a report of this version: .*version/s)
    await writeFile(file, '{"type":"verdict"}')
    expect(await refusal(readReport(file), folder)).toMatch(/report\.json:1 is no line of this version: /)
    await mkdir(join(folder, 'empty'))
    expect(await refusal(readReport(join(folder, 'empty')), folder)).toBe(
      'PARITY_REPORT FOLDER/empty has neither a report.json nor a verdicts.jsonl',
    )
  })
})
