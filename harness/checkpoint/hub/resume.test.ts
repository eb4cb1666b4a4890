import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { HubServer } from './hub-server.fixture.js'
import { startHubWork, weights, type HubWork } from './hub-work.fixture.js'

const isWeights = (hub: HubServer, path: string) => path === `/${hub.files.get(weights)?.etag}`
const rangesOf = (hub: HubServer) =>
  hub.log.filter(({ host, path }) => host === 'cdn' && isWeights(hub, path)).map(({ range }) => range)

/** Path of the blob of the weights, and what it must hold. */
const blobOf = ({ hub, home }: HubWork) => {
  const served = hub.files.get(weights)
  if (served === undefined) throw new Error('the fixture has no weights')
  return { path: join(home, 'hub/models--google--tiny/blobs', served.etag), content: served.content }
}

async function leaveIncomplete(work: HubWork, bytes: Buffer): Promise<string> {
  const path = `${blobOf(work).path}.incomplete`
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, bytes)
  return path
}

test('asks only for the rest when the connection breaks', async () => {
  const work = await startHubWork()
  const { hub, fetch } = work
  const { path, content } = blobOf(work)
  // Twice as often as attempts are made: each goes on where the last one stopped.
  hub.fault = ({ host, path }) =>
    host === 'cdn' && isWeights(hub, path) && rangesOf(hub).length <= 10 ? { breakAfter: 1000 } : undefined
  await fetch()
  expect(rangesOf(hub)).toEqual([undefined, ...Array.from({ length: 10 }, (_, i) => `bytes=${(i + 1) * 1000}-`)])
  expect(await readFile(path)).toEqual(content)
})

test('goes on in a later run', async () => {
  const work = await startHubWork()
  const { hub, fetch, refusal } = work
  const { path, content } = blobOf(work)
  hub.fault = ({ host, path, range }) => {
    if (host === 'hub' || !isWeights(hub, path)) return undefined
    return range === undefined ? { breakAfter: 5000 } : { status: 503 }
  }
  expect((await refusal())[1]).toBe('hub:google/tiny@main: model.safetensors: the hub answers 503; tried 5 times')
  expect((await stat(`${path}.incomplete`)).size).toBe(5000)

  hub.fault = () => undefined
  hub.log.length = 0
  await fetch()
  expect(rangesOf(hub)).toEqual(['bytes=5000-'])
  expect(await readFile(path)).toEqual(content)
})

test('starts over where the server knows no ranges', async () => {
  const work = await startHubWork()
  const { hub, fetch } = work
  const { path, content } = blobOf(work)
  await leaveIncomplete(work, content.subarray(0, 3000))
  hub.fault = ({ host }) => (host === 'cdn' ? { ignoreRange: true } : undefined)
  await fetch()
  expect(rangesOf(hub)).toEqual(['bytes=3000-'])
  expect(await readFile(path)).toEqual(content)
})

test('starts over where the server answers another range', async () => {
  const work = await startHubWork()
  const { hub, fetch } = work
  const { path, content } = blobOf(work)
  await leaveIncomplete(work, content.subarray(0, 3000))
  hub.fault = ({ host, range }) => {
    if (host === 'hub' || range === undefined) return undefined
    const headers = { 'content-range': `bytes 2000-${content.length - 1}/${content.length}` }
    return { status: 206, headers, body: 'other bytes' }
  }
  await fetch()
  expect(rangesOf(hub)).toEqual(['bytes=3000-', undefined])
  expect(await readFile(path)).toEqual(content)
})

test('needs no request for bytes that were all there', async () => {
  const work = await startHubWork()
  const { hub, fetch } = work
  const { path, content } = blobOf(work)
  await leaveIncomplete(work, content)
  await fetch()
  expect(rangesOf(hub)).toEqual([])
  expect(await readFile(path)).toEqual(content)
})

test('does not trust what was left: bad bytes cost the file, and the next run has it', async () => {
  const work = await startHubWork()
  const { fetch, draw, refusal } = work
  const { path, content } = blobOf(work)
  await leaveIncomplete(work, Buffer.alloc(3000, 7))
  expect((await refusal())[1]).toContain('SHA-256 is ')
  expect((await draw()).filter((line) => line.includes('<model.safetensors>'))).toEqual([])
  await fetch()
  expect(await readFile(path)).toEqual(content)
})

test('starts over from something longer than the file', async () => {
  const work = await startHubWork()
  const { path, content } = blobOf(work)
  await leaveIncomplete(work, Buffer.concat([content, Buffer.from('more')]))
  await work.fetch()
  expect(await readFile(path)).toEqual(content)
})

test('waits for the process that fetches the same file, and takes over from one that died', async () => {
  const work = await startHubWork()
  const { path, content } = blobOf(work)
  const lock = `${await leaveIncomplete(work, content.subarray(0, 100))}.lock`
  // This process is alive, so the lock holds ...
  await writeFile(lock, `${process.pid} ${hostname()}`)
  const waiting = work.fetch()
  await expect(Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 600, 'waits'))])).resolves.toBe(
    'waits',
  )
  expect(rangesOf(work.hub)).toEqual([])
  // ... until its holder has given no sign of life for long.
  const longAgo = new Date(Date.now() - 600_000)
  await utimes(lock, longAgo, longAgo)
  await waiting
  expect(rangesOf(work.hub)).toEqual(['bytes=100-'])
  expect(await readFile(path)).toEqual(content)
  await expect(stat(lock)).rejects.toThrow('ENOENT')
})

test('takes over at once from a process of this machine that is gone', async () => {
  const work = await startHubWork()
  const lock = `${await leaveIncomplete(work, Buffer.alloc(0))}.lock`
  await writeFile(lock, `999999999 ${hostname()}`)
  await work.fetch()
  await expect(stat(lock)).rejects.toThrow('ENOENT')
})
