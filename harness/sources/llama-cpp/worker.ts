/** llama.cpp as a worker: `node worker.js ENTRY`, where ENTRY is the main file of node-llama-cpp. */
import { pathToFileURL } from 'node:url'
import { ParityError } from '../../errors.js'
import { serveWorker } from '../../workers/serve.js'
import { Model } from './model.js'
import type { NodeLlamaCpp } from './node-llama-cpp.js'
import { observe } from './observe.js'
import { devices, readVersions } from './package.js'
import { fileTypes, type LlamaDtype } from './types.js'

const entry = process.argv[2]
const { version, release } = await readVersions(entry)
let model: Model | null = null

await serveWorker(
  {
    source: 'llama-cpp',
    version,
    devices,
    dtypes: Object.keys(fileTypes),
    gives: ['logits', 'forced', 'chunks'],
    versions: { 'llama.cpp': release },
  },
  {
    async open({ device, dtype, options }) {
      const { gguf, threads, kvCacheType, flashAttention } = options
      if (typeof gguf !== 'string' || typeof threads !== 'number')
        throw new ParityError('PARITY_SOURCE', 'options.gguf and options.threads are missing', 'Name a GGUF file.')
      const library = (await import(pathToFileURL(entry).href)) as NodeLlamaCpp
      model = await Model.load(library, gguf, device, dtype as LlamaDtype, {
        threads,
        kvCacheType: kvCacheType as string | undefined,
        flashAttention: flashAttention as boolean | undefined,
      })
      return { device, software: false, adapter: model.adapter }
    },
    observe(request, progress) {
      if (model === null) throw new Error('observe came before open')
      return observe(model, request, progress)
    },
    async close() {
      await model?.[Symbol.asyncDispose]()
      model = null
    },
  },
)
