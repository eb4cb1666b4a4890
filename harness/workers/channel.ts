import { writeSync } from 'node:fs'
import { inspect } from 'node:util'
import { formatMessage } from './protocol.js'

export interface Channel {
  /** Blocks until all is written: so progress gets out while an engine keeps the event loop busy. */
  readonly send: (message: object) => void
  /** Whether a `WorkerHost` started this process, rather than a shell. */
  readonly hosted: boolean
}

/**
 * Where a worker's answers go: file descriptor 3 where the host opened it, so that anyone may write to stdout; else
 * stdout, with all that JavaScript prints sent to stderr instead. When nobody listens any more, the process ends.
 */
export function openChannel(): Channel {
  const hosted = process.env.PARITY_PROTOCOL_FD === '3'
  delete process.env.PARITY_PROTOCOL_FD // Not meant for what this process starts.
  process.stdout.write = process.stderr.write.bind(process.stderr)
  const send = (message: object) => {
    writeAll(hosted ? 3 : 1, Buffer.from(formatMessage(message)))
  }
  return { send, hosted }
}

/** To stderr, which is a worker's log. */
export function logError(error: unknown): void {
  process.stderr.write(`${inspect(error)}\n`)
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(fd, bytes, written)
    } catch (error) {
      const full = error instanceof Error && 'code' in error && error.code === 'EAGAIN'
      if (!full) process.exit(0)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
