/** The built-in engine as a worker: `node worker.js`. */
import { serveWorker } from '../../workers/serve.js'
import { describeAdapter } from './adapter.js'
import { readPlant, withPlanted } from './defects/plant-defect.js'
import { driveWrongly } from './defects/wrong-cache.js'
import { Gemma4Engine, type Decoder, type Device } from './engine.js'
import { observe } from './observe.js'
import { installedDevices } from './providers.js'
import { onnxruntimeVersion } from './version.js'

let engine: Gemma4Engine | null = null
let decoder: Decoder | null = null

await serveWorker(
  {
    source: 'onnxruntime',
    version: onnxruntimeVersion,
    devices: installedDevices(),
    dtypes: ['float32'],
    gives: ['logits', 'layers', 'parts', 'forced', 'chunks'],
  },
  {
    async open({ checkpoint: folder, device, options }) {
      const plant = readPlant(options.defect)
      const threads = options.threads as number | undefined
      engine = await withPlanted(folder, plant, (checkpoint) =>
        Gemma4Engine.load(checkpoint, device as Device, threads, plant, options.gelu === 'float16'),
      )
      decoder = plant.host === undefined ? engine : driveWrongly(engine, plant.host)
      return { device, ...(await describeAdapter(device)) }
    },
    observe(request, progress) {
      if (decoder === null) throw new Error('observe came before open')
      return observe(decoder, request, progress)
    },
    async close() {
      await engine?.[Symbol.asyncDispose]()
    },
  },
)
