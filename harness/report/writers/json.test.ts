import { describe, expect, it } from 'vitest'
import { everyOutcome } from '../every-outcome.fixture.js'
import { makeReport, makeVerdict } from '../report.fixture.js'
import { reportReader, reportSchema, verdictSchema } from '../schema.js'
import { formatJson } from './json.js'

describe('formatJson', () => {
  it('is one line that its own schema takes, and that reads back as what it was', () => {
    const text = formatJson(everyOutcome())
    expect(text.split('\n')).toEqual([text.trimEnd(), ''])
    const content: unknown = JSON.parse(text)
    expect(reportSchema.safeParse(content).success).toBe(true)
    expect(reportReader.parse(content)).toEqual(everyOutcome())
  })

  it('stands in the order of the schema, and leaves out what it does not know', () => {
    const { verdicts, version, ...rest } = everyOutcome()
    const disordered = { verdicts, surplus: 1, ...rest, version } as unknown as ReturnType<typeof everyOutcome>
    expect(formatJson(disordered)).toBe(formatJson(everyOutcome()))
    const content = JSON.parse(formatJson(everyOutcome())) as { verdicts: object[] }
    expect(Object.keys(content)).toEqual(Object.keys(reportSchema.shape))
    const fields = Object.keys(verdictSchema.shape)
    for (const verdict of content.verdicts)
      expect(Object.keys(verdict)).toEqual(fields.filter((field) => Object.hasOwn(verdict, field)))
  })

  it('spells out what JSON has no number for', () => {
    const { verdicts } = JSON.parse(formatJson(makeReport(makeVerdict({ excess: -Infinity })))) as {
      verdicts: { excess: unknown }[]
    }
    expect(verdicts[0].excess).toBe('-Infinity')
  })

  it('never writes what its schema refuses', () => {
    const broken = makeVerdict({ outcome: 'maybe' as 'pass' })
    expect(() => formatJson(makeReport(broken))).toThrow(/"outcome"/)
  })
})
