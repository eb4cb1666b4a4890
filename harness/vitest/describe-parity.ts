import { describe, it, type TestContext } from 'vitest'
import { listCells, nameOfCell, run, type Cell, type RunPlan } from '../run.js'
import type { Verdict } from '../types.js'
import { planTests, type ParityOptions, type TestPlan } from './plan-tests.js'
import { testEndOf } from './test-end.js'

const tenMinutes = 600_000

/**
 * Makes one test of each cell, `CASE on ENGINE`. A test fails as its verdict does, with the verdict's sentence, its hint
 * and how to see it again; an engine that this machine cannot run skips its tests, or fails them with `require`. What
 * is wrong with cases or settings fails the file before a test runs.
 */
export function describeParity(options: ParityOptions = {}): void {
  describe('parity', async () => {
    const tests = await planTests(options)
    const { cells, later } = listCells(tests.plan)
    const timeout = options.testTimeout ?? tenMinutes
    for (const cell of cells) it(nameOfCell(cell), { timeout }, (context) => testCell(tests, cell, context))
    for (const cell of later)
      it(nameOfCell(cell), ({ skip }) => skip('the case leaves it to the nightly run: nightly: true, PARITY_NIGHTLY=1'))
  })
}

async function testCell({ plan, isRequired }: TestPlan, cell: Cell, context: TestContext): Promise<void> {
  const again = `npx vitest run ${quote(context.task.file.name)} -t ${quote(nameOfCell(cell))}`
  const verdict = await reachVerdict({ ...plan, reproduce: () => again }, cell, context.signal)
  const end = testEndOf(verdict, isRequired)
  if (end.kind === 'fail') throw end.error
  if (end.kind === 'skip') context.skip(end.why)
  else if (end.note !== null) await context.annotate(end.note, verdict.outcome)
}

/** A run of its own for each cell: tests can be filtered, timed and run at once, and end when vitest ends them. */
async function reachVerdict(plan: RunPlan, { item, engine }: Cell, signal: AbortSignal): Promise<Verdict> {
  const engines = engine === null ? [] : [engine]
  for await (const event of run({ ...plan, cases: [item], engines }, signal))
    if (event.type === 'verdict') return event.verdict
  throw new Error(`${item.id} came to no verdict`)
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
