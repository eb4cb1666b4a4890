import { expect, it } from 'vitest'
import { parity, parityJson } from './parity.fixture.js'

interface Document {
  readonly engine: string
  readonly caught: number
  readonly missed: readonly string[]
  readonly planted: readonly { id: string; isCaught: boolean; effect: number | string; by: readonly string[] }[]
}

it('plants what is asked for, and says what it does and what found it', async () => {
  const args = ['defects', '--filter', 'softcap-twice', '--filter', 'per-layer-mean-*', '--generate', '2']
  const { exitCode, document } = await parityJson<Document>(args)
  expect(exitCode).toBe(0)
  expect(document).toMatchObject({ engine: 'onnxruntime:cpu', caught: 1, missed: [] })
  const [below, caught] = document.planted
  expect([below.id, below.isCaught, caught.id, caught.isCaught]).toEqual([
    'per-layer-mean-missing',
    false,
    'softcap-twice',
    true,
  ])
  expect(below.effect).toBeLessThan(4)
  expect(caught.effect).toBeGreaterThan(1000)
  expect(caught.by).toEqual(['logits'])
})

it('prints a table, and why one was not caught', async () => {
  const { exitCode, stdout, stderr } = await parity([
    'defects',
    '--filter',
    'per-layer-mean-missing',
    '--generate',
    '2',
  ])
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/^\[1\/1\] below the noise per-layer-mean-missing on gemma4\/e4b\/pruned/m)
  expect(stdout).toMatch(/a factor of the per-layer input cancels in the norm behind its projection/)
  expect(stdout).toMatch(/^0 of 1 defects caught in onnxruntime:cpu, 0 missed, 1 below the noise, in \d+ s$/m)
})

it.each([
  ['a defect that there is none of', ['--filter', 'gremlin'], /no defect matches gremlin/],
  ['another engine', ['--engine', 'mlx-lm'], /a defect cannot be planted in mlx-lm/],
  ['a device that there is none of', ['--engine', 'onnxruntime:tpu'], /'tpu'/],
])('refuses %s', async (_, args, message) => {
  const { exitCode, document } = await parityJson<{ error: { message: string } }>(['defects', ...args])
  expect(exitCode).toBe(2)
  expect(document.error.message).toMatch(message)
})
