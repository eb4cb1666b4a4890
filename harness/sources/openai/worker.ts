/** A server behind OpenAI's interface as a worker: `node worker.js`, with the alias as the option `server`. */
import { openTokenizer, type Tokenizer } from '../../prompt/open-tokenizer.js'
import { serveWorker } from '../../workers/serve.js'
import { Connection } from './connection.js'
import { observe } from './observe.js'
import { findServedModel, type ServedModel } from './served-model.js'
import { defaults, type ServerAlias } from './server-alias.js'
import { fillIn, findFreePort, startServer, type StartedServer } from './start-server.js'
import { readTokenNames } from './token-names.js'

const floats = ['float32', 'float64', 'float16', 'bfloat16']
let opened: { model: ServedModel; concurrency: number } | null = null
let server: StartedServer | null = null

/** Stops what was started, also when this process is asked to end. */
async function stop(): Promise<void> {
  const running = server
  server = null
  opened = null
  await running?.stop()
}

await serveWorker(
  {
    source: 'openai',
    version: 'unknown',
    devices: ['server'],
    dtypes: (JSON.parse(process.env.PARITY_SERVER_DTYPES ?? 'null') as string[] | null) ?? floats,
    gives: ['logprobs', 'prompt-logprobs', 'forced', 'batch'],
  },
  {
    async open({ checkpoint, dtype, device, options }) {
      const alias = options.server as ServerAlias
      const names = await readTokenNames(checkpoint)
      const threads = `${(options.threads as number | undefined) ?? 1}`
      const values = { checkpoint, dtype, threads, port: String(alias.serve === undefined ? '' : await findFreePort()) }
      const key = alias.apiKey === undefined ? null : (process.env[alias.apiKey] ?? null)
      const connection = new Connection(alias, fillIn(alias.url, values), key)
      let tokenizer: Promise<Tokenizer> | null = null
      try {
        if (alias.serve !== undefined) {
          server = startServer(alias.serve, values)
          await server.ready(connection)
        }
        const wanted = alias.model === undefined ? undefined : fillIn(alias.model, values)
        const model = await findServedModel(
          connection,
          alias,
          wanted,
          () => (tokenizer ??= openTokenizer(checkpoint)),
          names,
        )
        const { concurrency = defaults.concurrency } = alias
        opened = { model, concurrency }
        return {
          device,
          software: false,
          version: model.version,
          gives: [
            'logprobs' as const,
            ...(model.manner.isVllm ? (['prompt-logprobs'] as const) : []),
            ...(model.manner.asTokens ? (['forced'] as const) : []),
            ...(concurrency > 1 ? (['batch'] as const) : []),
          ],
        }
      } catch (error) {
        await stop()
        throw error
      }
    },
    observe(request, progress) {
      if (opened === null) throw new Error('observe came before open')
      return observe(opened.model, request, opened.concurrency, progress)
    },
    close: stop,
  },
)
