import { expect, it } from 'vitest'
import { makeTrace, prompts } from '../compare/traces.fixture.js'
import type { Recording } from '../trace/recording.js'
import type { Trace } from '../types.js'
import { compareRecordings } from './compare-recordings.js'
import type { FreshRecording } from './record-case.js'

type OtherDtype = Recording['dtypes'][string]

interface Made {
  readonly error?: OtherDtype['error']
  readonly layers?: OtherDtype['layers']
  readonly hidden?: readonly number[]
  readonly truth?: Trace
}

/** A recording with the hidden states of prompt 'long' behind one layer. */
function record({
  error = { rms: 1, max: 4 },
  layers = [1],
  hidden = [1, -8],
  truth = makeTrace(),
}: Made): FreshRecording {
  const { generated } = makeTrace()
  const tokens = generated.map((row) => [...row])
  const recording: Recording = {
    version: 1,
    case: 'mine/a',
    checkpoint: { config: '', weights: {} },
    source: {
      name: 'transformers',
      version: '5',
      device: 'cpu',
      dtype: 'float64',
      versions: {},
      threads: 2,
      attention: 'eager',
    },
    command: '',
    recordedAt: '',
    prompts: prompts.map((prompt) => ({ ...prompt, tokens: [...prompt.tokens] })),
    generate: 3,
    generated: tokens,
    layersOf: 'long',
    dtypes: { float32: { generated: tokens, error, layers } },
  }
  const data = Float64Array.from(hidden)
  return { recording, truth, tensors: [{ name: '1.layers.0', dtype: 'F64', shape: [1, data.length], data }] }
}

function changesOf(made: Made): readonly string[] {
  const { recording, truth } = record({})
  const hidden = { rows: 1, columns: 2, data: Float64Array.of(1, -8) }
  const stored = { ...truth, tensor: (name: string) => (name === '1.layers.0' ? hidden : truth.tensor(name)) }
  return compareRecordings({ recording, truth: stored }, record(made)).changes
}

const lacking: Trace = {
  ...makeTrace(),
  tensor: (name) => (name === '1.decode.logits' ? undefined : makeTrace().tensor(name)),
}

it.each<[string, Made, string[]]>([
  ['nothing', {}, []],
  [
    'what other processors sum in another order',
    { error: { rms: 1.2, max: 1.4 }, layers: [0.9], hidden: [1, -8 - 4e-12] },
    [],
  ],
  ['the pooled error', { error: { rms: 1.3, max: 4 } }, ['the error of float32 is 1.30 times what it was']],
  ['the largest error', { error: { rms: 1, max: 20 } }, ['the largest error of float32 is 5.00 times what it was']],
  ['the error behind a layer', { layers: [2] }, ['the error of float32 behind layer 0 is 2.00 times what it was']],
  ['the number of layers', { layers: [1, 1] }, ['float32 was recorded with 1 layers']],
  ['hidden states', { hidden: [1, -8.8] }, ['the hidden states behind layer 0 differ by 1.0e-1 of the largest']],
  ['NaN', { hidden: [NaN, -8] }, ['the hidden states behind layer 0 differ by NaN of the largest']],
  ['their shape', { hidden: [1] }, ['the hidden states behind layer 0 are not recorded, or of another shape']],
  [
    'rows',
    { truth: lacking },
    ["where the stored recording is the reference, decode.logits of prompt 'long': the engine gave none"],
  ],
])('tells what changed: %s', (_, made, changes) => {
  expect(changesOf(made)).toEqual(changes)
})
