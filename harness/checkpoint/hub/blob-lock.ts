import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { reason } from '../file-bytes.js'

const heartbeat = 10_000
/** Milliseconds without a heartbeat after which the holder is thought dead, wherever it ran. */
const abandonedAfter = 90_000

/**
 * Runs `work` while no other process does so for the same path. Exclusive creation rather than a name of its own for
 * every process: two runs that start together would fetch the same 60 GB twice, and a name of its own cannot be resumed.
 * (`flock`, which Python's huggingface_hub takes, cannot be had in Node, and does nothing on some network drives.)
 * The lock of a process that was killed is taken over; should two take it over at once, they write the same bytes to the
 * same places.
 */
export async function withBlobLock<Result>(
  path: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = `${path}.lock`
  while (!(await create(lock))) {
    if (await isAbandoned(lock)) await rm(lock, { force: true })
    else await sleep(200, undefined, { signal })
  }
  const beat = setInterval(() => {
    const now = new Date()
    utimes(lock, now, now).catch(() => undefined)
  }, heartbeat).unref()
  try {
    return await work()
  } finally {
    clearInterval(beat)
    await rm(lock, { force: true })
  }
}

async function create(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, `${process.pid} ${hostname()}`, { flag: 'wx' })
    return true
  } catch (error) {
    if (reason(error) === 'EEXIST') return false
    throw error
  }
}

async function isAbandoned(lock: string): Promise<boolean> {
  const [text, found] = await Promise.all([readFile(lock, 'utf8').catch(() => ''), stat(lock).catch(() => undefined)])
  if (found === undefined) return false
  if (Date.now() - found.mtimeMs > abandonedAfter) return true
  const [pid, host] = text.split(' ')
  return host === hostname() && !isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return reason(error) !== 'ESRCH'
  }
}
