import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusal, temporaryFolder } from '../checkpoint/refusal.fixture.js'
import { buildReport } from './build.js'
import { everyOutcome } from './every-outcome.fixture.js'
import { readJsonl } from './read-jsonl.js'
import type { Reached, RunStart } from './reporter.js'
import { Reporters } from './run-reporters.js'
import { makeReporter } from './writers/jsonl.js'

const report = everyOutcome()
const reached: readonly Reached[] = report.verdicts.map((verdict) => ({
  cell: `${verdict.caseId} on ${verdict.engine}`,
  verdict,
}))
const start: RunStart = {
  toolVersion: report.tool.version,
  command: report.command,
  startedAt: new Date(report.startedAt),
  cells: reached.map(({ cell }) => cell),
  shard: { index: 2, total: 3, cells: [['a'], ['b'], []] },
  leftToNightly: report.leftToNightly,
}

/** Streams a run into a folder, verdicts in the order in which they are given; without a report it does not end. */
async function stream(verdicts: readonly Reached[], end?: typeof report): Promise<string> {
  const folder = await temporaryFolder()
  const context = { history: [], isColoured: false, print: () => undefined, environment: {} }
  const said: string[] = []
  await using reporters = new Reporters([{ name: 'jsonl', makeReporter }], folder, context, (text) => said.push(text))
  await reporters.start(start)
  for (const verdict of verdicts) await reporters.verdict(verdict)
  if (end !== undefined) await reporters.end(end)
  expect(said).toEqual([])
  return join(folder, 'verdicts.jsonl')
}

describe('readJsonl', () => {
  it('gives the run that ended, as it was, whichever verdict was first', async () => {
    const file = await stream([...reached].reverse(), report)
    expect(await readJsonl(file)).toEqual({ start, reached: [...reached].reverse(), report, isWhole: true })
  })

  it('rebuilds what was reached by a run that did not end', async () => {
    const some = reached.slice(2, 6)
    const file = await stream(some)
    const { report: rebuilt, ...rest } = await readJsonl(file)
    expect(rest).toEqual({ start, reached: some, isWhole: false })
    const facts = { ...start, elapsedMs: rebuilt.elapsedMs }
    expect(rebuilt).toEqual(
      buildReport(
        some.map(({ verdict }) => verdict),
        2,
        facts,
      ),
    )
    const last = JSON.parse((await readFile(file, 'utf8')).trimEnd().split('\n').at(-1) ?? '') as { at: string }
    expect(rebuilt.elapsedMs).toBe(Math.max(0, Date.parse(last.at) - start.startedAt.getTime()))
  })

  it('has nothing of a run that reached nothing', async () => {
    const { report: rebuilt, reached: none } = await readJsonl(await stream([]))
    expect(none).toEqual([])
    expect(rebuilt.elapsedMs).toBe(0)
    expect(rebuilt.verdicts).toEqual([])
  })

  it('drops the last line wherever a kill has torn it, and takes it if only its newline is missing', async () => {
    const file = await stream(reached.slice(0, 3))
    const whole = await readFile(file)
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1
    const count = async (length: number) => {
      await writeFile(file, whole.subarray(0, length))
      return (await readJsonl(file)).reached.length
    }
    expect(await count(whole.length)).toBe(3)
    expect(await count(whole.length - 1)).toBe(3)
    for (let length = lastLine; length < whole.length - 1; length += 97)
      expect([length, await count(length)]).toEqual([length, 2])
  })

  it('refuses what is none, naming the line', async () => {
    const file = await stream(reached.slice(0, 3), report)
    const folder = join(file, '..')
    const [first, one, two, three, end] = (await readFile(file, 'utf8')).split('\n')
    const refused = async (...lines: readonly string[]) => {
      await writeFile(file, lines.map((line) => `${line}\n`).join(''))
      return (await refusal(readJsonl(file), folder)).split('\n')[0]
    }
    expect(await refused(first, one.slice(0, 40), two)).toBe('PARITY_REPORT FOLDER/verdicts.jsonl:2 is not JSON')
    expect(await refused(first, one, two, three.slice(0, 40))).toBe('PARITY_REPORT FOLDER/verdicts.jsonl:4 is not JSON')
    expect(await refused(first, one, two.replace('"outcome":"pass"', '"outcome":"maybe"'), end)).toMatch(
      /^PARITY_REPORT FOLDER\/verdicts\.jsonl:3 is no line of this version: .*expected one of "pass"/,
    )
    expect(await refused(one, two)).toBe('PARITY_REPORT FOLDER/verdicts.jsonl does not begin with the start of a run')
    expect(await refused(first, one, first, two)).toBe(
      'PARITY_REPORT FOLDER/verdicts.jsonl:3 is the start of a run, in the middle of another',
    )
    expect(await refused(first, end, one)).toBe(
      'PARITY_REPORT FOLDER/verdicts.jsonl:2 is the end of a run, in the middle of another',
    )
    expect(await refused(first, one, end)).toBe(
      'PARITY_REPORT FOLDER/verdicts.jsonl has other verdicts than its last line counts',
    )
    expect(await refused()).toBe('PARITY_REPORT FOLDER/verdicts.jsonl does not begin with the start of a run')
    expect(await refused(first.replace('"version":1', '"version":2'))).toBe(
      'PARITY_REPORT FOLDER/verdicts.jsonl:1 is no line of this version: ✖ Invalid input: expected 1',
    )
    expect(await refusal(readJsonl(join(folder, 'none')), folder)).toBe('PARITY_REPORT FOLDER/none does not exist')
  })
})
