/** A program that gives log-probabilities of its most likely tokens, as servers do, as an engine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { committed, parity, parityJson } from '../../cli/parity.fixture.js'
import { packageRoot } from '../../package-root.js'
import type { ReportDocument } from '../../report/schema.js'

const caseId = 'gemma4/e2b/pruned'
const recording = join(packageRoot, 'references/recorded', caseId)
const worker = join(packageRoot, 'harness/sources/command/fixtures/logprobs.mjs')
const faults = ['order', 'outside', 'positive', 'nan', 'few', 'shifted', 'fork']

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-logprobs-'))
  const alias = (...fault: string[]) => ({ command: [process.execPath, worker, recording, ...fault] })
  const config = {
    cases: join(packageRoot, 'cases'),
    recordings: join(packageRoot, 'references/recorded'),
    sources: { server: alias(), ...Object.fromEntries(faults.map((fault) => [fault, alias(fault)])) },
  }
  await writeFile(join(folder, 'parity.config.json'), JSON.stringify(config))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function runOn(engine: string) {
  const flags = ['run', '--case', caseId, '--engine', engine, '--no-baseline']
  const { exitCode, document } = await parityJson<ReportDocument>(flags, { cwd: folder })
  return { exitCode, verdict: document.verdicts[0] }
}

describe('parity run on log-probabilities', () => {
  it('passes those of the reference, and says what they leave uncompared', async () => {
    const { exitCode, verdict } = await runOn('server')
    expect([exitCode, verdict.outcome, verdict.evidence?.unit]).toEqual([0, 'pass', 'log-probabilities'])
    expect(verdict.reason).toMatch(/^log-probabilities within 0\.\d+ × the spread, (\d+) of \1 generated tokens equal$/)
    expect(verdict.notCompared.slice(0, 3)).toEqual([
      'logits: the engine gives log-probabilities, of its 20 most likely tokens',
      'positions inside the prompts: the engine gives log-probabilities only behind the last token',
      'cached against uncached: the engine cannot be given tokens',
    ])
  })

  it.each([
    ['order', 'fail', /^log-probabilities differ from the reference by .*; also out of bounds: top-k$/],
    ['shifted', 'fail', /^log-probabilities differ from the reference by 0\.010 at position \d+ of prompt/],
    ['outside', 'error', /^the engine names token 99999, which is outside the vocabulary of 512, first at position/],
    ['positive', 'error', /^the engine gives token \d+ the log-probability 0\.25, which is none, first at position/],
    ['nan', 'error', /^the log-probabilities hold NaN or infinity, first at position/],
    ['few', 'error', /^the engine gives 3 candidates, where the top 5 are compared, first at position/],
  ])('%s: %s', async (engine, outcome, reason) => {
    const { exitCode, verdict } = await runOn(engine)
    expect([exitCode, verdict.outcome]).toEqual([1, outcome])
    expect(verdict.reason).toMatch(reason)
  })

  it('does not hold what follows another token against the reference', async () => {
    const { verdict } = await runOn('fork')
    expect(verdict.outcome).toBe('fail')
    expect(verdict.comparisons.map(({ aspect, passed }) => [aspect, passed])).toEqual([
      ['logits', true],
      ['top-k', true],
      ['tokens', false],
    ])
    const steps = verdict.evidence?.prompts[0].steps.length
    const total = verdict.evidence?.prompts[1].steps.length ?? 0
    expect(steps).toBe(2)
    expect(verdict.notCompared).toContainEqual(
      expect.stringMatching(`^the last ${total - 2} of ${total} steps of prompt '[^']+': they follow another token`),
    )
  })
})

it('parity probe has no logits of it', async () => {
  const { document: report } = await parityJson<ReportDocument>(
    ['run', '--case', caseId, '--engine', 'server', '--no-baseline'],
    { cwd: folder },
  )
  const tokens = report.verdicts[0].evidence?.prompts[0].tokens.join() ?? ''
  const flags = ['server', '--checkpoint', committed('gemma-4-e2b-tiny'), '--tokens', tokens, '--generate', '2']
  const { exitCode, document } = await parityJson<{ topK: { id: number; logit: null; logprob: number }[] }>(
    ['probe', ...flags],
    { cwd: folder },
  )
  expect([exitCode, document.topK.length]).toEqual([0, 5])
  expect(document.topK.every(({ logit, logprob }) => logit === null && logprob < 0)).toBe(true)
  const { stdout } = await parity(['probe', ...flags], { cwd: folder })
  expect(stdout).toMatch(/ {2}token \d+: log-probability -\d/)
})

it('cannot be the reference', async () => {
  const flags = ['run', '--case', caseId, '--engine', 'onnxruntime:cpu', '--reference', 'server']
  const { exitCode, document } = await parityJson<{ error: { message: string } }>(flags, { cwd: folder })
  expect([exitCode, document.error.message]).toEqual([
    3,
    'recorder gives log-probabilities of its most likely tokens only, which is too little for a reference',
  ])
})
