import { expect, it } from 'vitest'
import { parity, parityJson } from './parity.fixture.js'

const planted = ['bisect', '--case', 'gemma4/e2b/pruned', '--engine', 'onnxruntime:cpu', '--defect', 'donor-swapped']
const sentence =
  /^layer 4, attention \(what the heads read: softmax of the scores, times values\): error \d+ × the noise from position \d+ on; before it at most [\d.]+ ×; shares the K\/V of layer 2$/m

it('plots the layers, marks where the error starts, and says it in a sentence', async () => {
  const { exitCode, stdout, stderr } = await parity(planted)
  expect([exitCode, stderr]).toEqual([1, ''])
  expect(stdout).toMatch(
    /^gemma4\/e2b\/pruned on onnxruntime@.+ against oracle@.+\/float64, prompt '.+': .+, 91 points$/m,
  )
  expect(stdout.match(/^ {2}layers\.\d+ .*▇$/gm)).toHaveLength(8)
  expect(stdout).toMatch(/^ {2}layers\.4\.attention\.heads +\d+ × ▇+ ←$/m)
  expect(stdout).toMatch(sentence)
})

it('gives the same as one JSON document, with the error at every point', async () => {
  const { exitCode, document } = await parityJson<{ curve: { name: string; ratio: number }[] }>(planted)
  expect(exitCode).toBe(1)
  expect(document).toMatchObject({
    caseId: 'gemma4/e2b/pruned',
    found: { name: 'layers.4.attention.heads', layer: 4, part: 'attention' },
    condition: 'always',
    chunk: null,
    donor: 2,
    isHidden: false,
  })
  expect(document.curve).toHaveLength(91)
  expect(document.curve.filter(({ ratio }) => ratio <= 12).map(({ name }) => name)).toContain('layers.3')
})

const window = ['bisect', '--case', 'gemma4/e2b/pruned', '--engine', 'onnxruntime:cpu', '--defect', 'window-plus-one']

it('finds the shortest prompt that fails, by logits alone', async () => {
  const { exitCode, stdout, stderr } = await parity([...window, '--by', 'prompt'])
  expect([exitCode, stderr]).toEqual([1, ''])
  expect(stdout).toMatch(
    /^shortest failing prefix: 9 of 21 tokens of prompt 'long' \(one more than the sliding window of 8\), error \d+ × the spread; 8 tokens are within [\d.]+ ×$/m,
  )
  expect(stdout).not.toMatch(/explains it/)
})

it('finds the defect that explains the logits', async () => {
  const { exitCode, stdout, stderr } = await parity([...window, '--by', 'hypothesis'])
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/^window-plus-one explains it: it leaves 0 % of the error, .+ planted defects tried/m)
  expect(stdout).toMatch(/^ {2}window-plus-one +0 % left +[\d.]+ × the spread ←$/m)
  expect(stdout).not.toMatch(/shortest failing prefix/)
  expect(stderr).toMatch(/^\[(\d+)\/\1\] /m)
})

it.each([
  ['a case that there is none of', ['--case', 'gemma4/none', '--engine', 'onnxruntime:cpu'], /gemma4\/none/],
  ['several cases', ['--case', 'gemma4/e2b/*', '--engine', 'onnxruntime:cpu'], /stands for \d+ cases/],
  ['a tokenizer', ['--case', 'gemma4/tokenizer', '--engine', 'onnxruntime:cpu'], /stands for a tokenizer/],
  ['an engine that there is none of', ['--case', 'gemma4/e2b/pruned', '--engine', 'onnx'], /onnx/],
  [
    'a defect in another engine',
    ['--case', 'gemma4/e2b/pruned', '--engine', 'transformers', '--defect', 'donor-swapped'],
    /a defect cannot be planted in transformers/,
  ],
])('refuses %s', async (_, args, message) => {
  const { exitCode, document } = await parityJson<{ error: { message: string } }>(['bisect', ...args])
  expect(exitCode).toBe(2)
  expect(document.error.message).toMatch(message)
})
