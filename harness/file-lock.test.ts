import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withFileLock } from './file-lock.js'

/** Above what any kernel gives. */
const deadPid = 2 ** 30

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-lock-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** How many of `count` worked at once, at most. */
async function crowd(count: number): Promise<number> {
  let [working, most] = [0, 0]
  const work = async () => {
    most = Math.max(most, ++working)
    await delay(5)
    working--
  }
  await Promise.all(Array.from({ length: count }, () => withFileLock(join(folder, 'thing'), undefined, work)))
  return most
}

it('lets one work at a time, and leaves no file behind', async () => {
  expect(await crowd(5)).toBe(1)
  expect(await readdir(folder)).toEqual([])
})

it.each(['thing.lock', 'thing.lock.takeover'])('takes over from a process that is gone: %s', async (left) => {
  for (const file of new Set(['thing.lock', left])) await writeFile(join(folder, file), `${deadPid} ${hostname()}`)
  expect(await crowd(8)).toBe(1)
  expect(await readdir(folder)).toEqual([])
})

it('waits for a process that lives, and says so once', async () => {
  await writeFile(join(folder, 'thing.lock'), `${process.pid} ${hostname()}`)
  let told = 0
  const waiting = () => {
    told++
    setTimeout(() => void rm(join(folder, 'thing.lock')), 300)
  }
  expect(await withFileLock(join(folder, 'thing'), undefined, () => Promise.resolve('done'), waiting)).toBe('done')
  expect(told).toBe(1)
})
