/** The TypeScript half of the worker protocol: all that a worker written in Node needs. */
import { Answerer, type WorkerHandlers, type WorkerIdentity } from './answer.js'
import { logError, openChannel } from './channel.js'
import { LineSplitter } from './lines.js'

export type { Observed, Opened, WorkerHandlers, WorkerIdentity } from './answer.js'

const longestLine = 64 * 1024 * 1024

/** Answers requests from stdin until it ends, and then ends the process. */
export async function serveWorker(identity: WorkerIdentity, handlers: WorkerHandlers): Promise<never> {
  const { send, hosted } = openChannel()
  const answerer = new Answerer(identity, handlers, send)
  const splitter = new LineSplitter(longestLine)
  let waiting = 0
  let queue = Promise.resolve()
  const answer = (line: string) => {
    if (line.trim() === '') return
    waiting++
    queue = queue.then(async () => {
      send(await answerer.answer(line))
      waiting--
    })
  }
  process.stdin.on('data', (chunk: Buffer) => {
    splitter.push(chunk).forEach(answer)
  })
  await new Promise((resolve) => process.stdin.once('end', resolve).once('error', resolve))
  // A host that ends stdin amid a request is dead. A shell that piped requests in still wants the answers.
  if (hosted && waiting > 0) process.exit(0)
  answer(splitter.rest())
  await queue
  await answerer.close().catch(logError)
  process.exit(0)
}
