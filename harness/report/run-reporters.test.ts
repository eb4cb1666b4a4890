import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { NamedReporter } from './load-reporters.js'
import { makeReport, makeVerdict } from './report.fixture.js'
import type { MakeReporter, Reporter } from './reporter.js'
import { Reporters } from './run-reporters.js'

let out: string
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'parity-reporters-'))
})
afterEach(() => rm(out, { recursive: true, force: true }))

const start = {
  toolVersion: '1.2.3',
  command: 'parity run',
  startedAt: new Date('2026-11-24T08:00:00Z'),
  cells: ['a on x', 'b on x'],
  shard: null,
  leftToNightly: 0,
}
const reached = (caseId: string) => ({ cell: `${caseId} on x`, verdict: makeVerdict({ caseId, engine: 'x' }) })
const report = makeReport(reached('a').verdict, reached('b').verdict)

const named = (name: string, parts: Partial<Reporter> | MakeReporter): NamedReporter => ({
  name,
  makeReporter: typeof parts === 'function' ? parts : () => ({ name, onEnd: () => [], ...parts }),
})

/** A reporter that streams what it is told and writes how much that was. */
const diary = named('diary', ({ append }) => {
  let count = 0
  const note = async (line: string) => {
    count++
    await append('diary.txt', line)
  }
  return {
    name: 'diary',
    onStart: ({ cells }) => note(`start ${cells.length}`),
    onVerdict: ({ cell }) => note(cell),
    onEnd: () => [{ path: 'count.txt', content: String(count) }],
  }
})

/** Runs two verdicts through reporters; `a` is resumed where it is wanted. */
async function play(all: readonly NamedReporter[], isResumed = false) {
  const said: string[] = []
  const context = { history: [], isColoured: false, print: () => undefined, environment: {} }
  await using reporters = new Reporters(all, out, context, (sentence) => said.push(sentence))
  await reporters.start(start, isResumed ? [reached('a')] : [])
  if (!isResumed) await reporters.verdict(reached('a'))
  await reporters.verdict(reached('b'))
  await reporters.end(report)
  return { said, failed: reporters.failed }
}

const broken = () => {
  throw new Error('broken')
}
const late = () => Promise.reject(new Error('late'))

it('tells each reporter everything in order, resumed verdicts included', async () => {
  for (const isResumed of [false, true]) {
    expect(await play([diary], isResumed)).toEqual({ said: [], failed: [] })
    expect(await readFile(join(out, 'diary.txt'), 'utf8')).toBe('start 2\na on x\nb on x\n')
    expect(await readFile(join(out, 'count.txt'), 'utf8')).toBe('3')
  }
})

it.each<[string, NamedReporter, string]>([
  ['throws at the start', named('mine', { onStart: broken }), 'at the start: broken'],
  ['rejects at the start', named('mine', { onStart: late }), 'at the start: late'],
  ['throws at every verdict', named('mine', { onVerdict: broken }), 'at a on x: broken'],
  ['rejects at a verdict', named('mine', { onVerdict: late }), 'at a on x: late'],
  ['throws at the end', named('mine', { onEnd: broken }), 'at the end: broken'],
  [
    'leads out of the folder',
    named('mine', { onEnd: () => [{ path: '../x', content: '' }] }),
    'at the end: "../x" is not a path inside the output folder',
  ],
  [
    'takes the file of another',
    named('mine', { onEnd: () => [{ path: 'count.txt', content: 'x' }] }),
    'at the end: "count.txt" is a file of the reporter diary',
  ],
  [
    'gives nothing at the end',
    named('mine', { onEnd: () => undefined as never }),
    'at the end: onEnd gave no list of artifacts',
  ],
  [
    'does not wait for a line that is refused',
    named('mine', ({ append }) => ({
      name: 'mine',
      onStart: () => void append('../x', 'x'),
      onEnd: () => [],
    })),
    'at a line for ../x: "../x" is not a path inside the output folder',
  ],
])('a reporter that %s costs nothing but its own report', async (_, faulty, why) => {
  expect(await play([diary, faulty])).toEqual({
    said: [`The reporter mine failed ${why}`, 'Missing: the report of mine.'],
    failed: ['mine'],
  })
  expect(await readFile(join(out, 'diary.txt'), 'utf8')).toBe('start 2\na on x\nb on x\n')
  expect(await readFile(join(out, 'count.txt'), 'utf8')).toBe('3')
  expect((await readdir(out)).sort()).toEqual(['count.txt', 'diary.txt'])
})

it('tells a reporter nothing more once it has failed', async () => {
  const told: string[] = []
  const faulty = named('mine', {
    onVerdict: ({ cell }) => {
      told.push(cell)
      broken()
    },
    onEnd: () => {
      told.push('end')
      return []
    },
  })
  await play([faulty])
  expect(told).toEqual(['a on x'])
})

it('refuses a reporter that cannot be made, before the run', () => {
  const context = { history: [], isColoured: false, print: () => undefined, environment: {} }
  expect(() => new Reporters([named('./mine.ts', broken)], out, context, () => undefined)).toThrow(
    'the reporter ./mine.ts cannot be made: broken',
  )
})
