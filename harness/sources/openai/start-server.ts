import { once } from 'node:events'
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ParityError } from '../../errors.js'
import type { Connection } from './connection.js'
import { defaults, type ServeCommand } from './server-alias.js'

/** How often a server is asked whether it is ready. */
const pollMs = 250
/** How long it may take to go when it is asked to; the host ends what is left of it. */
const stopMs = 1500

export interface StartedServer {
  /** Waits until it answers. @throws ParityError where it ends first, or takes too long */
  ready(connection: Connection): Promise<void>
  stop(): Promise<void>
}

/** Fills in `{name}` where there is such a value. */
export const fillIn = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole)

/** A port that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Starts a server in this process's group, so that it dies with it; what it prints is this process's log. */
export function startServer(serve: ServeCommand, values: Readonly<Record<string, string>>): StartedServer {
  const [file, ...args] = serve.command.map((word) => fillIn(word, values))
  const child = spawn(file, args, {
    cwd: serve.cwd,
    env: { ...process.env, ...serve.env },
    stdio: ['ignore', 2, 2],
    windowsHide: true,
  })
  // A worker whose host is gone ends at once, without a close.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  let failure: string | null = null
  child.once('error', (error) => (failure = `cannot start ${file}: ${error.message}`))
  child.once('exit', (code, signal) => {
    process.off('exit', kill)
    failure ??= `${file} ended with ${signal ?? `exit code ${code}`} before it was ready`
  })
  return {
    async ready(connection) {
      const seconds = serve.startS ?? defaults.startS
      const until = Date.now() + seconds * 1000
      for (;;) {
        if (failure !== null) throw fault(failure, 'What it printed is in the log.')
        try {
          await connection.ask(serve.ready ?? 'models', undefined, 0)
          return
        } catch (error) {
          // It listens, and what it says to the probe is no JSON, as vLLM's /health.
          if (ParityError.is(error) && error.cause instanceof SyntaxError) return
          if (Date.now() > until) {
            const last = error instanceof Error ? error.message : String(error)
            throw fault(`${file} is not ready after ${seconds} s (${last})`, 'serve.startS allows more.')
          }
        }
        await sleep(pollMs)
      }
    },
    stop: () => stop(child),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const isGone = await Promise.race([exited.then(() => true), sleep(stopMs, false, { ref: false })])
  if (!isGone) child.kill('SIGKILL')
}

const fault = (message: string, hint: string) => new ParityError('PARITY_SOURCE', message, hint)
