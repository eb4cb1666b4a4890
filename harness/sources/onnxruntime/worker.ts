/** The built-in engine as a worker: `node worker.js`. */
import { openCheckpoint } from '../../checkpoint/checkpoint.js'
import { serveWorker } from '../../workers/serve.js'
import { describeAdapter } from './adapter.js'
import { applyDefect } from './defects.js'
import { Gemma4Engine, type Device } from './engine.js'
import { observe } from './observe.js'
import { installedDevices } from './providers.js'
import { onnxruntimeVersion } from './version.js'

let engine: Gemma4Engine | null = null

await serveWorker(
  {
    source: 'onnxruntime',
    version: onnxruntimeVersion,
    devices: installedDevices(),
    dtypes: ['float32'],
    gives: ['logits', 'layers', 'forced', 'chunks'],
  },
  {
    async open({ checkpoint: folder, device, options }) {
      const checkpoint = applyDefect(await openCheckpoint(folder), options.defect)
      engine = await Gemma4Engine.load(checkpoint, device as Device, options.threads as number | undefined)
      return { device, ...(await describeAdapter(device)) }
    },
    observe(request, progress) {
      if (engine === null) throw new Error('observe came before open')
      return observe(engine, request, progress)
    },
    async close() {
      await engine?.[Symbol.asyncDispose]()
    },
  },
)
