import { readdir, rm, truncate, utimes, writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openCheckpoint } from '../checkpoint.js'
import { temporaryFolder } from '../refusal.fixture.js'
import { cachedRelayout } from './cached-relayout.js'
import { hashesOf, tiny } from './relayout.fixture.js'

let cache = ''
beforeEach(async () => {
  cache = await temporaryFolder()
  vi.stubEnv('PARITY_CACHE', cache)
})
afterEach(() => vi.unstubAllEnvs())

const shelf = () => readdir(join(cache, 'relayouts'))
const wanted = { layout: 'redundant', shards: 2 } as const

it('makes a relayout once, under the same name for the same wish and bytes', async () => {
  const [source, twin] = [await tiny(), await tiny()]
  const folders = await Promise.all([source, source, twin].map((folder) => cachedRelayout(folder, wanted)))
  expect(new Set(folders).size).toBe(1)
  expect((await openCheckpoint(folders[0])).layout.kind).toBe('redundant')
  const before = await hashesOf(folders[0])
  expect(await cachedRelayout(source, { shards: 2, layout: 'redundant', dtype: undefined })).toBe(folders[0])
  expect(await hashesOf(folders[0])).toEqual(before)
  expect(await shelf()).toHaveLength(1)
})

it('tells wishes and sources apart, tokenizers included', async () => {
  const source = await tiny()
  const names = [
    await cachedRelayout(source, wanted),
    await cachedRelayout(source, { layout: 'redundant' }),
    await cachedRelayout(await tiny({ seed: 2 }), wanted),
  ]
  await writeFile(join(source, 'tokenizer.json'), '{}')
  names.push(await cachedRelayout(source, wanted))
  expect(new Set(names).size).toBe(4)
})

it('gives the source itself where nothing is wanted', async () => {
  const source = await tiny()
  expect(await cachedRelayout(source, { layout: undefined })).toBe(source)
})

it.each([
  ['a weights file cut short', (folder: string) => truncate(join(folder, 'model-00001-of-00002.safetensors'), 5000)],
  ['a file changed', (folder: string) => writeFile(join(folder, 'tokenizer.json'), '[]')],
  ['a file gone', (folder: string) => rm(join(folder, 'tokenizer.json'))],
  ['no manifest, as of an unfinished one', (folder: string) => rm(join(folder, '.relayout.json'))],
])('makes a damaged one again: %s', async (_, damage) => {
  const source = await tiny()
  await writeFile(join(source, 'tokenizer.json'), '{}')
  const folder = await cachedRelayout(source, wanted)
  const whole = await hashesOf(folder)
  await damage(folder)
  expect(await cachedRelayout(source, wanted)).toBe(folder)
  expect(await hashesOf(folder)).toEqual(whole)
  expect(await shelf()).toHaveLength(1)
})

it('keeps nothing of a refused or aborted one', async () => {
  const source = await tiny({ config: { num_kv_shared_layers: 0 } })
  await expect(cachedRelayout(source, wanted)).rejects.toThrow('no layer shares')
  await expect(cachedRelayout(source, { shards: 2 }, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  expect(await shelf()).toEqual([])
})

it('sweeps away what a killed process left a day ago', async () => {
  const old = join(cache, 'relayouts', '.old.new')
  await mkdir(old, { recursive: true })
  await utimes(old, 1000, 1000)
  await mkdir(join(cache, 'relayouts', '.young.new'))
  await cachedRelayout(await tiny(), wanted)
  expect((await shelf()).filter((name) => name.startsWith('.'))).toEqual(['.young.new'])
})
