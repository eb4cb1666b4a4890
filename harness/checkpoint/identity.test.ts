import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { identify } from './identity.js'
import { refusal, temporaryFolder } from './refusal.fixture.js'
import { writeTinyCheckpoint } from './tiny.fixture.js'

const sha256 = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

describe('identity', () => {
  it('is the SHA-256 of config.json and of each weights file', async () => {
    const [folder, cache] = [await temporaryFolder(), await temporaryFolder()]
    await writeTinyCheckpoint(folder, { shards: 2 })
    const names = (await readdir(folder)).filter((name) => name.endsWith('.safetensors'))
    const hashes = await Promise.all(names.map(async (name) => [name, await sha256(join(folder, name))] as const))
    expect(names).toHaveLength(2)
    expect(await identify(folder, cache)).toEqual({
      config: await sha256(join(folder, 'config.json')),
      weights: Object.fromEntries(hashes),
    })
  })

  it('sees a change of the same size at once', async () => {
    const [folder, cache] = [await temporaryFolder(), await temporaryFolder()]
    await writeTinyCheckpoint(folder, { seed: 1 })
    const before = await identify(folder, cache)
    const { size } = await stat(join(folder, 'model.safetensors'))
    await writeTinyCheckpoint(folder, { seed: 2 })
    const after = await identify(folder, cache)
    expect((await stat(join(folder, 'model.safetensors'))).size).toBe(size)
    expect(after.weights).not.toEqual(before.weights)
    expect(after.config).toBe(before.config)
    expect(await readdir(cache)).toEqual([])
  })

  it('remembers the hashes of files at rest', async () => {
    const [folder, cache] = [await temporaryFolder(), await temporaryFolder()]
    await writeTinyCheckpoint(folder)
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const identity = await identify(folder, cache)
    const entries = await readdir(join(cache, 'sha256'))
    expect(entries).toHaveLength(2)
    expect(await identify(folder, cache)).toEqual(identity)

    // Entries put there by hand: a hash is believed, anything else is not.
    const put = async (text: string) => {
      const other = await temporaryFolder()
      await mkdir(join(other, 'sha256'))
      for (const name of entries) await writeFile(join(other, 'sha256', name), text)
      return identify(folder, other)
    }
    const invented = 'a'.repeat(64)
    expect(await put(invented)).toEqual({ config: invented, weights: { 'model.safetensors': invented } })
    expect(await put('broken')).toEqual(identity)
  })

  it('needs no cache that can be written', async () => {
    const folder = await temporaryFolder()
    await writeTinyCheckpoint(folder)
    const file = join(folder, 'config.json')
    expect((await identify(folder, join(file, 'cache'))).config).toBe(await sha256(file))
  })

  it('refuses a folder without a model', async () => {
    const folder = await temporaryFolder()
    expect(await refusal(identify(folder), folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/config.json: is missing"`,
    )
  })
})
