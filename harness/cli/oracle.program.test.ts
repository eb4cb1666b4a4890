/** The oracle as the reference of a run: what it says before it starts, and what it does not start. */
import { expect, it } from 'vitest'
import { committed, parity, parityJson } from './parity.fixture.js'

const checkpoint = committed('gemma-4-e2b-tiny')
const run = ['run', '--checkpoint', checkpoint, '--reference', 'oracle', '--engine', 'onnxruntime:cpu', '--no-baseline']
const tokens = (count: number) => Array.from({ length: count }, (_, i) => 2 + (i % 60)).join()

it('says how long it is going to take, then judges', async () => {
  const { stderr, stdout, exitCode } = await parity([...run, '--tokens', tokens(86), '--generate', '8'])
  expect(stderr).toMatch(
    /^checkpoint\/gemma-4-e2b-tiny: oracle\/float64 takes about 10 seconds: [\d,]+ values × 94 tokens$/m,
  )
  expect(stderr).toMatch(/oracle\/float32 takes about/)
  expect(stdout).toMatch(/^1 pass against oracle@[\d.]+\/float64/m)
  expect(exitCode).toBe(0)
})

it('refuses what would take too long, before anything is run, with the time and what to do', async () => {
  interface Refused {
    readonly error: { readonly code: string; readonly message: string; readonly hint: string }
  }
  const { document, exitCode } = await parityJson<Refused>([...run, '--tokens', '2,7,9', '--generate', '90000'])
  expect(exitCode).toBe(3)
  expect(document.error.code).toBe('PARITY_SOURCE')
  expect(document.error.message).toMatch(
    /^oracle is not started over checkpoint\/gemma-4-e2b-tiny: it would take about 2.8 hours: [\d,]+ values × 90,003 tokens, and may take 10 minutes$/,
  )
  expect(document.error.hint).toMatch(/--oracle-minutes 1\d\d, or transformers as the reference/)
})

it('refuses an interpreter that cannot run it', async () => {
  const { stderr, exitCode } = await parity([...run, '--tokens', '2,7'], { env: { PARITY_PYTHON_ORACLE: 'no-python' } })
  expect(exitCode).toBe(3)
  expect(stderr).toMatch(/the interpreter of PARITY_PYTHON_ORACLE, no-python, cannot run the oracle/)
  expect(stderr).toMatch(/Name a Python of at least 3\.12/)
})
