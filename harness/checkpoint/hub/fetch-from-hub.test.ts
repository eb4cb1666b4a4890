import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint } from '../checkpoint.js'
import type { FetchProgress } from './fetch-from-hub.js'
import { commit, type Seen } from './hub-server.fixture.js'
import { startHubWork, weights } from './hub-work.fixture.js'
import { linkSnapshot } from './link-snapshot.js'
import { locateRepository } from './repository-cache.js'

/** `HOST PATH`, without query. */
const paths = (log: readonly Seen[]) => log.map(({ host, path }) => `${host} ${path.replace(/\?.*/, '')}`)

const whole = [
  '.no_exist/COMMIT/added_tokens.json: 0',
  '.no_exist/COMMIT/chat_template.json: 0',
  '.no_exist/COMMIT/generation_config.json: 0',
  '.no_exist/COMMIT/special_tokens_map.json: 0',
  '.no_exist/COMMIT/tokenizer_config.json: 0',
]

test('lays out what is needed as huggingface_hub does, and nothing else', async () => {
  const { hub, fetch, draw, home } = await startHubWork()
  const folder = await fetch()
  expect(folder).toBe(join(home, 'hub/models--google--tiny/snapshots', commit))
  const size = (name: string) => hub.files.get(name)?.content.length
  expect(await draw()).toEqual([
    ...whole,
    `blobs/<chat_template.jinja>: ${size('chat_template.jinja')}`,
    `blobs/<config.json>: ${size('config.json')}`,
    `blobs/<model.safetensors>: ${size(weights)}`,
    `blobs/<tokenizer.json>: ${size('tokenizer.json')}`,
    'refs/main: COMMIT',
    'snapshots/COMMIT/chat_template.jinja -> ../../blobs/<chat_template.jinja>',
    'snapshots/COMMIT/config.json -> ../../blobs/<config.json>',
    'snapshots/COMMIT/model.safetensors -> ../../blobs/<model.safetensors>',
    'snapshots/COMMIT/tokenizer.json -> ../../blobs/<tokenizer.json>',
  ])
  expect((await openCheckpoint(folder)).layout.ok).toBe(true)
})

test('fetches the shards that the index names', async () => {
  const { fetch, draw } = await startHubWork(3, { 'model-00009-of-00009.safetensors': 'of another export' })
  const folder = await fetch()
  expect((await draw()).filter((line) => line.includes('safetensors') && line.startsWith('snap'))).toEqual([
    'snapshots/COMMIT/model-00001-of-00003.safetensors -> ../../blobs/<model-00001-of-00003.safetensors>',
    'snapshots/COMMIT/model-00002-of-00003.safetensors -> ../../blobs/<model-00002-of-00003.safetensors>',
    'snapshots/COMMIT/model-00003-of-00003.safetensors -> ../../blobs/<model-00003-of-00003.safetensors>',
    'snapshots/COMMIT/model.safetensors.index.json -> ../../blobs/<model.safetensors.index.json>',
  ])
  expect((await openCheckpoint(folder)).layout.ok).toBe(true)
})

test('takes the one file where there are shards too, as transformers does', async () => {
  const { fetch, draw } = await startHubWork(1, { 'model.safetensors.index.json': '{}' })
  await fetch()
  expect((await draw()).some((line) => line.includes('index'))).toBe(false)
})

test('sends the token to the hub, never to the host it redirects to', async () => {
  const { hub, fetch } = await startHubWork()
  await fetch('main', { variables: { HF_TOKEN: 'hf_secret' } })
  const sent = (host: string) => new Set(hub.log.filter((seen) => seen.host === host).map((seen) => seen.authorization))
  expect(sent('hub')).toEqual(new Set(['Bearer hf_secret']))
  expect(sent('cdn')).toEqual(new Set([undefined]))
})

test('does not send the token to another host that a listing goes on at', async () => {
  const { hub, fetch } = await startHubWork()
  const other = await startHubWork()
  hub.fault = ({ path }) =>
    path.includes('/tree/')
      ? {
          status: 200,
          headers: { link: `<${other.hub.endpoint}/api/models/google/tiny/tree/main?cursor=0>; rel="next"` },
          body: '[]',
        }
      : undefined
  await fetch('main', { variables: { HF_TOKEN: 'hf_secret' } })
  expect(other.hub.log.length).toBeGreaterThan(0)
  expect(other.hub.log.filter(({ authorization }) => authorization !== undefined)).toEqual([])
})

test('asks for a commit once, and for a branch only where it points to', async () => {
  const { hub, fetch } = await startHubWork()
  const folder = await fetch(commit)
  hub.log.length = 0
  expect(await fetch(commit)).toBe(folder)
  expect(paths(hub.log)).toEqual([])
  expect(await fetch('main')).toBe(folder)
  expect(paths(hub.log)).toEqual(['hub /api/models/google/tiny/revision/main'])
})

test('asks again for files that another program left out', async () => {
  const { hub, fetch, home } = await startHubWork()
  const folder = await fetch(commit)
  await rm(join(folder, 'tokenizer.json'))
  await rm(join(home, 'hub/models--google--tiny/.no_exist'), { recursive: true })
  hub.log.length = 0
  await fetch(commit)
  expect(await readFile(join(folder, 'tokenizer.json'), 'utf8')).toContain('of the tokenizer')
  expect(paths(hub.log).filter((path) => path.includes('resolve'))).toEqual([])
})

test('remembers a branch whose name has slashes', async () => {
  const { fetch, draw } = await startHubWork()
  await fetch('refs/pr/1')
  expect(await draw()).toContain('refs/refs/pr/1: COMMIT')
})

test('reports bytes over all files', async () => {
  const { hub, fetch } = await startHubWork(2)
  const events: Parameters<FetchProgress>[0][] = []
  await fetch('main', { progress: (event) => events.push(event) })
  const needed = [...hub.files].filter(([name]) => !/README|bin$|gguf$/.test(name))
  const total = needed.reduce((sum, [, { content }]) => sum + content.length, 0)
  expect(new Set(events.map((event) => event.total))).toEqual(new Set([total]))
  expect(events.at(-1)?.done).toBe(total)
  expect(events.every(({ done }, i) => i === 0 || done >= events[i - 1].done)).toBe(true)
  expect(new Set(events.map(({ file }) => file))).toEqual(new Set(needed.map(([name]) => name)))
})

test('two at once fetch each file once', async () => {
  const { hub, fetch, draw } = await startHubWork(3)
  const [one, other] = await Promise.all([fetch(), fetch()])
  expect(one).toBe(other)
  const fetched = hub.log.filter(({ host }) => host === 'cdn').map(({ path }) => path)
  expect(fetched.length).toBe(new Set(fetched).size)
  expect((await draw()).filter((line) => /incomplete|lock|tmp/.test(line))).toEqual([])
})

test('copies where links cannot be made', async () => {
  const { hub, fetch, home } = await startHubWork()
  const folder = await fetch()
  await rm(folder, { recursive: true })
  const cache = locateRepository(join(home, 'hub'), { owner: 'google', name: 'tiny', revision: 'main' })
  const served = hub.files.get('config.json')
  if (served === undefined) throw new Error('the fixture has no config.json')
  const file = { name: 'config.json', bytes: served.content.length, etag: served.etag, hash: 'git' as const }
  await linkSnapshot(cache, commit, [file], () => Promise.reject(new Error('EPERM')))
  expect(await readFile(join(folder, 'config.json'))).toEqual(served.content)
})

test('replaces a blob that is cut short, and a link to nothing', async () => {
  const { hub, fetch, home } = await startHubWork()
  const folder = await fetch()
  const blobs = join(home, 'hub/models--google--tiny/blobs')
  const { etag = '', content } = hub.files.get(weights) ?? {}
  await writeFile(join(blobs, etag), 'short')
  await rm(join(blobs, hub.files.get('config.json')?.etag ?? ''))
  await fetch()
  expect(await readFile(join(folder, weights))).toEqual(content)
  expect((await stat(join(folder, 'config.json'))).isFile()).toBe(true)
})
