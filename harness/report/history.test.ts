import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusal, temporaryFolder } from '../checkpoint/refusal.fixture.js'
import { appendHistory, pointOf, readHistory } from './history.js'
import { makeReport, makeVerdict } from './report.fixture.js'

const first = pointOf(makeReport(makeVerdict()), 'abc1234')
const second = pointOf(makeReport(makeVerdict({ outcome: 'fail', excess: Infinity })), null)

describe('pointOf', () => {
  it('keeps what says something of an engine', () => {
    const report = makeReport(
      makeVerdict(),
      makeVerdict({ caseId: 'mine/tokenizer', reference: 'transformers@5.23.0', excess: null }),
      makeVerdict({ caseId: 'mine/skipped', outcome: 'skipped', reference: 'oracle' }),
      makeVerdict({ caseId: 'mine/lost', outcome: 'error', fault: 'infrastructure' }),
    )
    expect(pointOf(report, 'abc1234')).toEqual({
      at: '2026-11-24T08:00:00.000Z',
      tool: '1.2.3',
      commit: 'abc1234',
      reference: 'transformers@5.23.0/float64, recorded; transformers@5.23.0',
      verdicts: {
        'mine/e4b on onnxruntime:cpu/float32': {
          outcome: 'pass',
          excess: 1.12,
          engineVersion: '1.30.0',
          elapsedMs: 900,
        },
        'mine/tokenizer on onnxruntime:cpu/float32': {
          outcome: 'pass',
          excess: null,
          engineVersion: '1.30.0',
          elapsedMs: 900,
        },
      },
    })
  })
})

describe('appendHistory', () => {
  it('adds a line a run and makes the folder', async () => {
    const file = join(await temporaryFolder(), 'reports/history.jsonl')
    expect(await readHistory(file)).toEqual([])
    expect(await appendHistory(file, first)).toBe(true)
    expect(await appendHistory(file, second)).toBe(true)
    expect(await readHistory(file)).toEqual([first, second])
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3)
  })

  it('adds a run once', async () => {
    const file = join(await temporaryFolder(), 'history.jsonl')
    await appendHistory(file, first)
    await appendHistory(file, second)
    expect(await appendHistory(file, first)).toBe(false)
    expect(await readHistory(file)).toEqual([first, second])
  })

  it('replaces a torn last line, and keeps a whole one that only lacks its end', async () => {
    const file = join(await temporaryFolder(), 'history.jsonl')
    const line = JSON.stringify(first)
    await writeFile(file, `${line}\n${line.slice(0, 40)}`)
    expect(await readHistory(file)).toEqual([first])
    await appendHistory(file, second)
    expect(await readHistory(file)).toEqual([first, second])
    await writeFile(file, line)
    expect(await readHistory(file)).toEqual([first])
  })

  it('leaves a file alone that is no history', async () => {
    const file = join(await temporaryFolder(), 'history.jsonl')
    await writeFile(file, 'my notes\n')
    expect(await refusal(appendHistory(file, first))).toBe(`PARITY_REPORT ${file}:1 is not JSON`)
    expect(await readFile(file, 'utf8')).toBe('my notes\n')
  })
})

describe('readHistory', () => {
  it('refuses a bad line that was not torn', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'history.jsonl')
    const line = JSON.stringify(first)
    await writeFile(file, `${line.slice(0, 40)}\n${line}\n`)
    expect(await refusal(readHistory(file), folder)).toBe('PARITY_REPORT FOLDER/history.jsonl:1 is not JSON')
    await writeFile(file, `${line}\n${line.replace('"pass"', '"fine"')}\n`)
    expect(await refusal(readHistory(file), folder)).toMatchInlineSnapshot(`
      "PARITY_REPORT FOLDER/history.jsonl:2 is not a run of this version: ✖ Invalid option: expected one of "pass"|"near-tie"|"fail"|"error"|"known"|"fixed"|"skipped"
        → at verdicts["mine/e4b on onnxruntime:cpu/float32"].outcome"
    `)
    expect(await refusal(readHistory(folder), folder)).toBe('PARITY_REPORT FOLDER cannot be read')
  })
})
