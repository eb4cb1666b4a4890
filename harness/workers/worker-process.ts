import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { WorkerFault } from './fault.js'
import { atHostEnd } from './host-end.js'
import { LineSplitter, LineTooLong } from './lines.js'
import { LogTail } from './log-tail.js'
import { MemoryWatch, sacrificeFirst } from './memory.js'
import { killTree } from './reap.js'

/** How to start a worker. Its environment is this process's own, and `env` besides. */
export interface WorkerCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /**
   * Where it answers: on stdout (1, the default), or on a pipe of its own (3), which the variable `PARITY_PROTOCOL_FD`
   * tells it; all that appears on stdout is log then. For Node, which cannot move file descriptor 1 out of a native
   * library's reach.
   */
  readonly protocolFd?: 1 | 3
}

export interface Exit {
  readonly code?: number
  readonly signal?: string
}

const longestLine = 64 * 1024 * 1024
/** How long what a dead worker had written is waited for. */
const drainMs = 500
/** How long the kernel may take to end a killed process. One that hangs in a driver may take for ever. */
const killMs = 5000

/** A worker as a process: lines in, lines out, a log, memory, and a death that spares nothing it started. */
export class WorkerProcess {
  readonly pid: number
  readonly memory: MemoryWatch
  readonly log = new LogTail()
  /** Resolves when it is dead, with all that it started, and its last line was heard. */
  readonly exited: Promise<Exit>
  /** Is told each line, or the error of one that is too long. */
  hear: (line: string | LineTooLong) => void = () => undefined
  #isGone = false
  readonly #stdin: NodeJS.WritableStream

  /** Throws a `WorkerFault`. */
  static async spawn(command: WorkerCommand): Promise<WorkerProcess> {
    const { file, args, cwd, protocolFd = 1 } = command
    const child = execa(file, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...command.env, ...(protocolFd === 3 ? { PARITY_PROTOCOL_FD: '3' } : {}) },
      stdio: protocolFd === 3 ? ['pipe', 'pipe', 'pipe', 'pipe'] : ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      buffer: false,
      cleanup: false,
      reject: false,
      windowsHide: true,
    })
    if (child.pid === undefined) {
      const { originalMessage } = await child
      throw new WorkerFault('spawn', 'start', `cannot start ${file}: ${originalMessage ?? 'for an unknown reason'}`)
    }
    void child.catch(() => undefined)
    return new WorkerProcess(child, child.pid, protocolFd)
  }

  private constructor(child: ChildLike, pid: number, protocolFd: 1 | 3) {
    this.pid = pid
    sacrificeFirst(pid)
    this.memory = new MemoryWatch(pid)
    const forget = atHostEnd(() => {
      killTree(pid)
    })
    this.exited = watchExit(child, pid).finally(() => {
      this.#isGone = true
      forget()
    })
    this.#stdin = child.stdin
    this.#stdin.on('error', () => undefined) // A dead worker is known by its exit.
    for (const fd of [1, 2, 3]) {
      const stream = child.stdio[fd]
      if (stream instanceof Readable) read(stream, fd === protocolFd ? this.#splitLines() : this.#keepLog())
    }
  }

  send(line: string): void {
    this.#stdin.write(line)
  }

  /** Ends its stdin, upon which a worker exits. */
  endInput(): void {
    this.#stdin.end()
  }

  /** Kills it and all that it started; resolves when they are dead. */
  async kill(): Promise<void> {
    if (this.#isGone) return // Its process id may be another's by now.
    killTree(this.pid)
    await Promise.race([this.exited, delay(killMs, undefined, { ref: false })])
  }

  #keepLog(): (chunk: Buffer) => void {
    return (chunk) => {
      this.log.push(chunk)
    }
  }

  #splitLines(): (chunk: Buffer) => void {
    const splitter = new LineSplitter(longestLine)
    return (chunk) => {
      try {
        for (const line of splitter.push(chunk)) this.hear(line)
      } catch (error) {
        if (!(error instanceof LineTooLong)) throw error
        this.hear(error)
      }
    }
  }
}

/** What is used here of execa's subprocess, whose own type depends on every option. */
interface ChildLike {
  readonly stdin: NodeJS.WritableStream
  readonly stdio: readonly unknown[]
  once(event: 'exit', listener: (code: number | null, signal: string | null) => void): unknown
  once(event: 'close', listener: () => void): unknown
}

async function watchExit(child: ChildLike, pid: number): Promise<Exit> {
  const closed = new Promise<void>((resolve) => child.once('close', resolve))
  const exit = await new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ ...(code === null ? {} : { code }), ...(signal === null ? {} : { signal }) })
    })
  })
  killTree(pid) // Its children may live on, and hold its pipes.
  await Promise.race([closed, delay(drainMs)])
  return exit
}

function read(stream: Readable, take: (chunk: Buffer) => void): void {
  stream.on('error', () => undefined)
  stream.on('data', take)
}
