import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ParityError } from '../../errors.js'
import { temporaryFolder } from '../refusal.fixture.js'
import { writeTinyCheckpoint } from '../tiny.fixture.js'
import { drawCache } from './cache-tree.fixture.js'
import { fetchFromHub, type HubOptions } from './fetch-from-hub.js'
import { startHub, type HubServer } from './hub-server.fixture.js'

export interface HubWork {
  readonly hub: HubServer
  /** `HF_HOME` of every fetch; the cache is `hub` in it. */
  readonly home: string
  readonly fetch: (revision?: string, options?: Partial<HubOptions>) => Promise<string>
  /** What the cache holds. */
  readonly draw: () => Promise<string[]>
  /** Code, message and hint of the error that a fetch must end with; addresses and folders are replaced. */
  readonly refusal: (revision?: string, options?: Partial<HubOptions>) => Promise<string[]>
}

/** A hub with a small checkpoint, and much beside it that nobody needs. */
export async function startHubWork(shards = 1, files: Readonly<Record<string, string>> = {}): Promise<HubWork> {
  const root = await temporaryFolder()
  const source = join(root, 'source')
  await writeTinyCheckpoint(source, { shards })
  const beside = {
    'tokenizer.json': '{"model":{"vocab":{"of the tokenizer":0}}}',
    'chat_template.jinja': '{{ messages }}',
    'README.md': 'Nobody needs this.',
    'pytorch_model.bin': 'Nor this.',
    'model-Q4.gguf': 'Nor this.',
    ...files,
  }
  for (const [name, text] of Object.entries(beside)) await writeFile(join(source, name), text)
  const hub = await startHub(source)
  const home = join(root, 'home')

  const fetch: HubWork['fetch'] = (revision = 'main', options = {}) =>
    fetchFromHub(
      { owner: 'google', name: 'tiny', revision },
      {
        signal: new AbortController().signal,
        patience: { silence: 250, pause: 1 },
        ...options,
        variables: { HF_HOME: home, HF_ENDPOINT: hub.endpoint, ...options.variables },
      },
    )
  return {
    hub,
    home,
    fetch,
    draw: () => drawCache(join(home, 'hub'), hub),
    async refusal(revision, options) {
      const error: unknown = await fetch(revision, options).catch((thrown: unknown) => thrown)
      if (!ParityError.is(error)) throw error instanceof Error ? error : new Error('nothing was refused')
      return [error.code, error.message, error.hint].map((text) =>
        text
          .replaceAll(hub.endpoint, 'HUB')
          .replaceAll(home, 'HOME')
          .replace(/127\.0\.0\.1:\d+/g, 'HOST'),
      )
    },
  }
}

export const weights = 'model.safetensors'
