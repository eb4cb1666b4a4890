import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { WorkerHost } from './host.js'
import { tokenizeWith } from './tokenize.js'

const patience = { startMs: 20_000, openMs: 20_000, observeMs: 20_000 }
const start = (name: string) =>
  WorkerHost.start(
    { file: process.execPath, args: [fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))] },
    patience,
  )

test('a worker is given texts and chats, and its answer comes back, whatever characters are in it', async () => {
  await using host = await start('tokenizer.mjs')
  const chats = [[{ role: 'user', content: 'é\u2028\0' }]] as const
  expect(await tokenizeWith(host, { checkpoint: '.', texts: ['', '👍\n'], chats })).toEqual({
    version: '1',
    ids: [[], [0x1f44d, 10]],
    rendered: ['user: é\u2028\0'],
    chatIds: [[117, 115, 101, 114, 58, 32, 233, 0x2028, 0]],
    decoded: ['', '👍\n'],
  })
})

test('a worker that does not give tokenize is not asked', async () => {
  await using host = await start('worker.mjs')
  await expect(tokenizeWith(host, { checkpoint: '.', texts: [], chats: [] })).rejects.toMatchObject({
    kind: 'refused',
    message: 'fixture does not tokenize',
  })
})

test('a worker in Node that has no tokenizer says so, and lives on', async () => {
  const program = fileURLToPath(new URL('fixtures/serve.fixture.ts', import.meta.url))
  const args = ['--import', 'jiti/register', program]
  await using host = await WorkerHost.start({ file: process.execPath, args, protocolFd: 3 }, patience)
  await expect(host.tokenize({ checkpoint: '.', texts: ['a'], chats: [] })).rejects.toMatchObject({
    kind: 'refused',
    message: 'served does not tokenize',
    detail: { errorCode: 'unsupported' },
  })
  expect(await host.open({ checkpoint: '.', device: 'cpu', dtype: 'float64', options: {} })).toBeDefined()
})
