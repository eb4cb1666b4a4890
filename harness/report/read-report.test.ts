import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusal, temporaryFolder } from '../checkpoint/refusal.fixture.js'
import type { Comparison } from '../types.js'
import { readReport } from './read-report.js'
import { makeReport, makeVerdict } from './report.fixture.js'
import { formatJson } from './writers/json.js'

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

  it('refuses what is no report', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'report.json')
    expect(await refusal(readReport(file), folder)).toBe('PARITY_REPORT FOLDER/report.json does not exist')
    await writeFile(file, '{')
    expect(await refusal(readReport(file), folder)).toBe('PARITY_REPORT FOLDER/report.json cannot be read')
    await writeFile(file, '{"version":2}')
    expect(await refusal(readReport(file), folder)).toMatch(/is not a report of this version: .*version/s)
  })
})
