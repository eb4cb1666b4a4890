import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint } from '../checkpoint.js'
import { commit } from './hub-server.fixture.js'
import { startHubWork, weights } from './hub-work.fixture.js'

const offline = { variables: { HF_HUB_OFFLINE: '1' } }
const onlineOnce = 'Run it once without HF_HUB_OFFLINE, or point HF_HOME or HF_HUB_CACHE at the cache that has it.'

test('finds a branch and a commit that were fetched, and asks nobody', async () => {
  const { hub, fetch } = await startHubWork(2)
  const folder = await fetch()
  hub.log.length = 0
  expect(await fetch('main', offline)).toBe(folder)
  expect(await fetch(commit, offline)).toBe(folder)
  expect(hub.log).toEqual([])
  expect((await openCheckpoint(folder)).layout.ok).toBe(true)
})

test('finds them in a cache that was moved', async () => {
  const { fetch, home } = await startHubWork()
  await fetch()
  const moved = `${home}-moved`
  await cp(join(home, 'hub'), moved, { recursive: true, verbatimSymlinks: true })
  await rm(home, { recursive: true })
  const folder = await fetch('main', { variables: { HF_HUB_OFFLINE: 'true', HF_HUB_CACHE: moved } })
  expect(folder).toBe(join(moved, 'models--google--tiny/snapshots', commit))
  expect((await openCheckpoint(folder)).layout.ok).toBe(true)
})

test('says what is missing', async () => {
  const { fetch, refusal, draw, home } = await startHubWork(2)
  const snapshot = `HOME/hub/models--google--tiny/snapshots/${commit}`
  expect(await refusal('main', offline)).toEqual([
    'PARITY_HUB',
    'hub:google/tiny@main: HF_HUB_OFFLINE is set, and the cache has no HOME/hub/models--google--tiny/refs/main (ENOENT) that says which commit it is',
    onlineOnce,
  ])
  expect(await refusal(commit, offline)).toEqual([
    'PARITY_HUB',
    `hub:google/tiny@${commit}: HF_HUB_OFFLINE is set, and the cache lacks config.json, model.safetensors of ${snapshot}`,
    onlineOnce,
  ])
  expect(await draw()).toEqual([])

  const folder = await fetch()
  await rm(join(folder, 'model-00002-of-00002.safetensors'))
  expect(await refusal('main', offline)).toEqual([
    'PARITY_HUB',
    `hub:google/tiny@main: HF_HUB_OFFLINE is set, and the cache lacks model-00002-of-00002.safetensors of ${snapshot}`,
    onlineOnce,
  ])
  await writeFile(join(home, 'hub/models--google--tiny/refs/main'), '../../elsewhere')
  expect(await refusal('main', offline)).toEqual([
    'PARITY_HUB',
    'hub:google/tiny@main: HOME/hub/models--google--tiny/refs/main does not hold a commit',
    'Remove it, and run once without HF_HUB_OFFLINE.',
  ])
})

test('needs only configuration and weights of what another program fetched', async () => {
  const { fetch, home } = await startHubWork()
  const folder = await fetch()
  await rm(join(folder, 'tokenizer.json'))
  await rm(join(home, 'hub/models--google--tiny/.no_exist'), { recursive: true })
  expect(await fetch('main', offline)).toBe(folder)
  await rm(join(folder, weights))
  await expect(fetch('main', offline)).rejects.toThrow('the cache lacks model.safetensors')
})
