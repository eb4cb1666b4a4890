/** `parity run --resume`: what a kill leaves is kept, the rest is run. */
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../package-root.js'
import type { ReportDocument } from '../report/schema.js'
import { withoutTimes } from './finished-report.fixture.js'
import { parity, parityFile, parityJson } from './parity.fixture.js'

let temporary: string
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'parity-resume-'))
})
afterAll(() => rm(temporary, { recursive: true, force: true }))

/** Whole lines of a file, none while there is no file. */
const linesOf = async (file: string) => (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1)

const readVerdict = (line: string) => {
  const { cell, verdict } = JSON.parse(line) as { cell: string; verdict: object }
  return { cell, verdict }
}

const five = ['run', '--case', 'gemma4/e2b/*,gemma4/e4b/*,gemma4/31b', '--engine', 'onnxruntime:cpu', '--jobs', '1']

/** Starts a run and kills it with all its processes once it has reached `count` verdicts. */
async function killAfter(count: number, out: string): Promise<void> {
  const args = [parityFile, ...five, '--reporter', 'jsonl,terminal', '--out', out]
  const running = execa(process.execPath, args, { cwd: packageRoot, reject: false, detached: true })
  const { pid } = running
  if (pid === undefined) throw new Error('the program did not start')
  // The first line is about the run itself.
  while ((await linesOf(join(out, 'verdicts.jsonl'))).length < count + 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
  process.kill(-pid, 'SIGKILL')
  expect((await running).signal).toBe('SIGKILL')
}

describe.runIf(process.platform !== 'win32')('a run that was killed', () => {
  it('keeps every verdict that it reached, and only the rest is run', async () => {
    const out = join(temporary, 'killed')
    const file = join(out, 'verdicts.jsonl')
    await killAfter(2, out)
    const before = await linesOf(file)
    const finished = before.length - 1
    expect(finished).toBeGreaterThanOrEqual(2)
    expect(finished).toBeLessThan(5)
    // A kill may come in the middle of a line too.
    await appendFile(file, before[1].slice(0, 100))

    const rebuilt = await parityJson<ReportDocument>(['report', file])
    expect(rebuilt.exitCode).toBe(0)

    const resumed = await parity([...five, '--resume', '--out', out])
    expect(resumed.exitCode).toBe(0)
    const said = resumed.stderr.split('\n')
    expect(said[0]).toBe(`resumed: ${finished} of 5 verdicts kept`)
    expect(said.slice(1).map((line) => line.split(' ')[0])).toEqual(
      [1, 2, 3, 4, 5].slice(finished).map((count) => `[${count}/5]`),
    )

    const whole = await parityJson<ReportDocument>(five)
    const report = JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as ReportDocument
    expect(withoutTimes(report)).toEqual(withoutTimes(whole.document))
    // Between the lines of the start and the end, what was kept is what was reached then, times included.
    const after = await linesOf(file)
    expect(after.length).toBe(7)
    expect(after.slice(1, finished + 1).map(readVerdict)).toEqual(before.slice(1).map(readVerdict))
    expect(rebuilt.document.verdicts).toEqual(
      report.verdicts.filter(({ caseId }) => rebuilt.document.verdicts.some((verdict) => verdict.caseId === caseId)),
    )
    expect(rebuilt.document.verdicts.length).toBe(finished)
  })
})

describe('a run that came to its end', () => {
  it('is kept as a whole, but not for another engine', async () => {
    const args = [
      'run',
      '--case',
      'gemma4/e2b/pruned',
      '--engine',
      'onnxruntime:cpu',
      '--out',
      join(temporary, 'ended'),
    ]
    const kept = async (...more: string[]) => (await parity([...args, ...more, '--resume'])).stderr.split('\n')[0]
    expect((await parity([...args, '--reporter', 'jsonl'])).exitCode).toBe(0)
    expect(await kept()).toBe('resumed: 1 of 1 verdicts kept')
    expect(await kept('--defect', 'softcap-dropped')).toBe('resumed: 0 of 1 verdicts kept')
    // Now the verdict is on the defect.
    expect(await kept()).toBe('resumed: 0 of 1 verdicts kept')
    expect(await kept()).toBe('resumed: 1 of 1 verdicts kept')
  })
})

it('runs everything where there is nothing to resume', async () => {
  const out = join(temporary, 'nothing')
  const args = ['run', '--case', 'gemma4/e2b/pruned', '--engine', 'onnxruntime:cpu', '--resume']
  const { exitCode, stderr } = await parity([...args, '--out', out])
  expect(exitCode).toBe(0)
  expect(stderr.split('\n')[0]).toBe(`nothing to resume: there is no ${join(out, 'verdicts.jsonl')}`)
  expect((await linesOf(join(out, 'verdicts.jsonl'))).length).toBe(3)
  const refused = await parity(args)
  expect(refused.exitCode).toBe(2)
  expect(refused.stderr).toBe('--resume goes with --out\nName the folder of the interrupted run.')
})
