import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { chats } from '../../../cases/gemma4/tokenizer/chats.js'
import { texts } from '../../../cases/gemma4/tokenizer/texts.js'
import { compareTokenizer } from '../../compare/compare-tokenizer.js'
import { packageRoot } from '../../package-root.js'
import { observeTokenizer } from '../../prompt/observe-tokenizer.js'
import { tokenizeWithTransformers } from './tokenize.js'

const timeouts = { startMs: 120_000, openMs: 120_000, observeMs: 300_000 }
const checkpoint = join(packageRoot, 'cases/checkpoints/gemma-4-e4b-base')

it('Python and the harness make the same tokens, chats and texts of everything', async () => {
  expect(texts.length).toBeGreaterThanOrEqual(520)
  expect(chats.length).toBeGreaterThanOrEqual(30)
  const expected = await tokenizeWithTransformers({ checkpoint, texts, chats, timeouts })
  expect(expected.version).toMatch(/^5\./)
  expect(compareTokenizer(expected, await observeTokenizer(checkpoint, texts, chats))).toEqual({
    texts: { equal: texts.length, total: texts.length },
    chats: { equal: chats.length, total: chats.length },
  })
})

it('Python refuses what is no chat, a folder that is none, and one without a tokenizer', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'parity-empty-'))
  onTestFinished(() => rm(empty, { recursive: true }))
  const ask = (task: object) => tokenizeWithTransformers({ checkpoint, texts: [], chats: [], timeouts, ...task })
  await expect(ask({ chats: [[{ role: 'user' }]] })).rejects.toMatchObject({
    kind: 'refused',
    message: '"chats" must be a list of lists of messages',
  })
  await expect(ask({ checkpoint: join(empty, 'x') })).rejects.toThrow('no such folder')
  await expect(ask({ checkpoint: empty })).rejects.toMatchObject({ kind: 'refused' })
})
