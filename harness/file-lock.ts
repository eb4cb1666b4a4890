import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const heartbeat = 10_000
/** Milliseconds without a heartbeat after which the holder is thought dead, wherever it ran. */
const abandonedAfter = 90_000

/**
 * Runs `work` while no other process does so for the same path, whose folder there must be. The lock is `PATH.lock`,
 * created exclusively: `flock`, which Python's huggingface_hub takes, cannot be had in Node, and does nothing on some
 * network drives. That of a process that was killed is taken over, by one only. `work` asks first whether it is done.
 *
 * @param waiting called once where another process holds the lock
 */
export async function withFileLock<Result>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
  waiting?: () => void,
): Promise<Result> {
  const lock = `${path}.lock`
  let told = false
  while (!(await create(lock))) {
    if (await isAbandoned(lock)) {
      await removeAbandoned(lock)
      continue
    }
    if (!told) waiting?.()
    told = true
    await sleep(200, undefined, { signal })
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
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** One at a time, so that nobody removes the lock that another has put in its place. */
async function removeAbandoned(lock: string): Promise<void> {
  const guard = `${lock}.takeover`
  if (!(await create(guard))) {
    if (await isAbandoned(guard)) await rm(guard, { force: true })
    else await sleep(20)
    return
  }
  try {
    if (await isAbandoned(lock)) await rm(lock, { force: true })
  } finally {
    await rm(guard, { force: true })
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
    return codeOf(error) !== 'ESRCH'
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code
