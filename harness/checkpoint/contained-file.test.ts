import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCheckpoint } from './checkpoint.js'
import { refusal, temporaryFolder } from './refusal.fixture.js'
import { writeTinyCheckpoint } from './tiny.fixture.js'

async function writeTiny(): Promise<string> {
  const folder = await temporaryFolder()
  await writeTinyCheckpoint(folder)
  return folder
}

describe.runIf(process.platform !== 'win32')('links', () => {
  it.each(['model.safetensors', 'config.json'])('out of the folder are refused: %s', async (name) => {
    const [folder, other] = [await writeTiny(), await writeTiny()]
    await rm(join(folder, name))
    await symlink(join(other, name), join(folder, name))
    expect((await refusal(openCheckpoint(folder), folder)).replaceAll(other, 'OTHER')).toBe(
      `PARITY_CHECKPOINT FOLDER/${name}: links to OTHER/${name}, outside the checkpoint's folder`,
    )
  })

  it('of a Hugging Face cache are followed', async () => {
    const cache = join(await temporaryFolder(), 'models--google--gemma')
    const snapshot = join(cache, 'snapshots', 'abc')
    await writeTinyCheckpoint(snapshot, { shards: 2 })
    await mkdir(join(cache, 'blobs'))
    for (const [blob, name] of (await readdir(snapshot)).entries()) {
      await rename(join(snapshot, name), join(cache, 'blobs', String(blob)))
      await symlink(join('..', '..', 'blobs', String(blob)), join(snapshot, name))
    }
    expect((await openCheckpoint(snapshot)).tensor('norm.weight').file).toContain(join(cache, 'blobs'))
  })

  it('that stay inside are followed, and those to the folder itself', async () => {
    const folder = await writeTiny()
    await rename(join(folder, 'model.safetensors'), join(folder, 'renamed'))
    await symlink('renamed', join(folder, 'model.safetensors'))
    const alias = join(await temporaryFolder(), 'alias')
    await symlink(folder, alias)
    expect((await openCheckpoint(alias)).tensor('norm.weight').file).toBe(join(folder, 'renamed'))
  })

  it('from a cache into the blobs of another repository are refused', async () => {
    const cache = await temporaryFolder()
    const snapshot = join(cache, 'models--a', 'snapshots', 'abc')
    await writeTinyCheckpoint(snapshot)
    await mkdir(join(cache, 'models--b', 'blobs'), { recursive: true })
    await rename(join(snapshot, 'model.safetensors'), join(cache, 'models--b', 'blobs', 'x'))
    await symlink(join(cache, 'models--b', 'blobs', 'x'), join(snapshot, 'model.safetensors'))
    expect(await refusal(openCheckpoint(snapshot), cache)).toContain("outside the checkpoint's folder")
  })
})
