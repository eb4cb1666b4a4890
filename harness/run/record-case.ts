/** What transformers computes for a case, as it is recorded. */
import { identify } from '../checkpoint/identity.js'
import type { TensorToWrite } from '../checkpoint/safetensors-writer.js'
import { measureLayers } from '../compare/measure-layers.js'
import { measureSpread } from '../compare/spread.js'
import type { TransformersProcesses } from '../sources/transformers/processes.js'
import type { Timeouts } from '../sources/source.js'
import type { Recording } from '../trace/recording.js'
import type { Matrix, PreparedCase, Trace } from '../types.js'
import { generation, layersOf, underTokens } from './observations.js'
import { withSession } from './with-session.js'

/** Fixed, so that sums are taken in the same order on every machine. */
const threads = 2
const truthDtype = 'float64'
const otherDtypes = ['float32', 'bfloat16'] as const

export interface FreshRecording {
  readonly recording: Recording
  readonly tensors: readonly TensorToWrite[]
  readonly truth: Trace
}

export async function recordCase(
  processes: TransformersProcesses,
  item: PreparedCase,
  command: string,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<FreshRecording> {
  const open = (dtype: string) =>
    processes.open(
      {
        id: { name: 'transformers', dtype },
        checkpoint: item.folder,
        threads,
        options: { attention: 'eager' },
        timeouts,
      },
      signal,
    )
  // The longest prompt goes beyond the window, so its hidden states show the most.
  const longest = item.prompts.reduce((a, b) => (b.tokens.length > a.tokens.length ? b : a))

  const { source, truth, layers } = await withSession(await open(truthDtype), async (session) => ({
    source: session.source,
    truth: await session.observe(generation(item), signal),
    layers: await session.observe(layersOf(item, longest), signal),
  }))
  const dtypes: Recording['dtypes'] = {}
  for (const dtype of otherDtypes) {
    dtypes[dtype] = await withSession(await open(dtype), async (session) => {
      const { generated } = await session.observe(generation(item), signal)
      const forced = await session.observe(underTokens(item, truth), signal)
      const { rms, max } = measureSpread(item.prompts, truth, forced, dtype, 'transformers')
      const inDtype = await session.observe(layersOf(item, longest), signal)
      return {
        generated: generated.map((tokens) => [...tokens]),
        error: { rms, max },
        layers: measureLayers(layers, 0, inDtype, 0),
      }
    })
  }

  const { name, version, device, versions } = source
  const recording: Recording = {
    version: 1,
    case: item.id,
    checkpoint: await identify(item.folder),
    source: { name, version, device, dtype: truthDtype, versions, threads, attention: 'eager' },
    command,
    recordedAt: new Date().toISOString(),
    prompts: item.prompts.map(({ id, tokens }) => ({ id, tokens: [...tokens] })),
    generate: item.generate,
    generated: truth.generated.map((tokens) => [...tokens]),
    layersOf: longest.id,
    dtypes,
  }
  return {
    recording,
    truth,
    tensors: [...logitTensors(item, truth), ...layerTensors(item.prompts.indexOf(longest), layers)],
  }
}

function logitTensors(item: PreparedCase, truth: Trace): TensorToWrite[] {
  const names = item.prompts.flatMap((_, i) => [`${i}.logits`, `${i}.decode.logits`])
  return names.flatMap((name) => toTensor(name, truth.tensor(name)))
}

/** Hidden states were observed alone, as prompt 0. */
function layerTensors(prompt: number, layers: Trace): TensorToWrite[] {
  const tensors: TensorToWrite[] = []
  for (let layer = 0; layers.tensor(`0.layers.${layer}`) !== undefined; layer++) {
    tensors.push(...toTensor(`${prompt}.layers.${layer}`, layers.tensor(`0.layers.${layer}`)))
  }
  return tensors
}

const toTensor = (name: string, matrix: Matrix | undefined): TensorToWrite[] =>
  matrix === undefined
    ? []
    : [{ name, dtype: 'F64', shape: [matrix.rows, matrix.columns], data: Float64Array.from(matrix.data) }]
