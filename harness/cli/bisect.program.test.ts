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
