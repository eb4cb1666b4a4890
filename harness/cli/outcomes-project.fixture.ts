import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { identify } from '../checkpoint/identity.js'
import { readSafetensorsHeader, readTensor } from '../checkpoint/safetensors.js'
import { writeSafetensors } from '../checkpoint/safetensors-writer.js'
import { packageRoot } from '../package-root.js'
import { topIndices } from '../trace/logits.js'
import type { Recording } from '../trace/recording.js'
import { committed } from './parity.fixture.js'

const recorded = join(packageRoot, 'references/recorded/gemma4/e4b-fine-tuned/pruned')
const declared = [{ engine: 'onnxruntime', because: 'declared for this test', link: 'https://example.org/1' }]

/**
 * A project whose one run on a processor has every outcome. Each case is `gemma4/e4b-fine-tuned/pruned` with something
 * done to its checkpoint, against what transformers computed before that: in `fail` and `known` the attention of layer 6
 * has the wrong sign, `error` has a NaN, and in `near-tie` two tokens have the same embedding, which a truth that errs by
 * 1e-9 tells apart and no engine can.
 */
export async function writeOutcomesProject(root: string): Promise<void> {
  const trace = await readFile(join(recorded, 'trace.json'), 'utf8')
  const { prompts, generate } = JSON.parse(trace) as Recording
  const checkpoints = {
    sound: await alter(root, 'sound', () => undefined),
    wrong: await alter(root, 'wrong', (bytes) => {
      const projection = bytes.of('model.layers.6.self_attn.o_proj.weight')
      // The sign of each bfloat16.
      for (let at = 1; at < projection.length; at += 2) projection[at] ^= 0x80
    }),
    broken: await alter(root, 'broken', (bytes) => {
      bytes.of('model.layers.2.mlp.down_proj.weight').set([0xff, 0x7f])
    }),
  }
  const tie = await findTie()
  const tied = await alter(root, 'tied', (bytes) => {
    const table = bytes.of('model.embed_tokens.weight')
    const row = table.length / tie.vocabulary
    table.copyWithin(tie.copy * row, tie.token * row, (tie.token + 1) * row)
  })

  const cases = [
    { id: 'outcomes/e4b-pass', checkpoint: checkpoints.sound },
    { id: 'outcomes/e4b-fail', checkpoint: checkpoints.wrong },
    { id: 'outcomes/e4b-error', checkpoint: checkpoints.broken },
    { id: 'outcomes/e4b-known', checkpoint: checkpoints.wrong, known: declared },
    { id: 'outcomes/e4b-fixed', checkpoint: checkpoints.sound, known: declared },
    { id: 'outcomes/e4b-near-tie', checkpoint: tied },
  ]
  await mkdir(join(root, 'cases'), { recursive: true })
  await writeFile(
    join(root, 'cases/outcomes.case.json'),
    JSON.stringify(cases.map((item) => ({ ...item, prompts, generate }))),
  )
  for (const { id, checkpoint } of cases) {
    const folder = join(root, 'references/recorded', id)
    await mkdir(folder, { recursive: true })
    const recording = { ...(JSON.parse(trace) as Recording), case: id, checkpoint: await identify(checkpoint) }
    await writeFile(join(folder, 'trace.json'), JSON.stringify(recording))
    if (checkpoint === tied) await writeTiedTruth(folder, tie)
    else await cp(join(recorded, 'trace.safetensors'), join(folder, 'trace.safetensors'))
  }
}

interface Tie {
  readonly vocabulary: number
  readonly token: number
  /** Lower than `token`, so that an engine puts it first, and in no prompt or generation. */
  readonly copy: number
}

/** A token that is among the top 5 but never chosen or given, and one to make its twin. */
async function findTie(): Promise<Tie> {
  const { prompts, generated } = JSON.parse(await readFile(join(recorded, 'trace.json'), 'utf8')) as Recording
  const used = new Set([...prompts.flatMap(({ tokens }) => tokens), ...generated.flat()])
  const logits = (await readSafetensorsHeader(join(recorded, 'trace.safetensors'))).get('0.decode.logits')
  if (logits === undefined) throw new Error('the recording has no 0.decode.logits')
  const [vocabulary] = logits.shape.slice(1)
  const copy = Array.from({ length: vocabulary }, (_, token) => token).find((token) => token > 2 && !used.has(token))
  if (copy === undefined) throw new Error('every token is used')
  const data = (await readTensor(logits)) as Float64Array
  for (let at = 0; at < data.length; at += vocabulary) {
    const token = topIndices(data.subarray(at, at + vocabulary), 4).find((id) => id > copy && !used.has(id))
    if (token !== undefined) return { vocabulary, token, copy }
  }
  throw new Error('no token to tie')
}

/** The recording with the twin's logits a hair below its token's. */
async function writeTiedTruth(folder: string, { vocabulary, token, copy }: Tie): Promise<void> {
  const tensors = []
  for (const [name, { dtype, shape, ...info }] of await readSafetensorsHeader(join(recorded, 'trace.safetensors'))) {
    const data = (await readTensor({ dtype, shape, ...info })) as Float64Array
    if (name.endsWith('logits'))
      for (let at = 0; at < data.length; at += vocabulary) data[at + copy] = data[at + token] - 1e-9
    tensors.push({ name, dtype, shape, data })
  }
  await writeSafetensors(join(folder, 'trace.safetensors'), tensors)
}

/** Bytes of tensors, by name. */
interface TensorBytes {
  of(name: string): Buffer
}

async function alter(root: string, name: string, change: (bytes: TensorBytes) => void): Promise<string> {
  const folder = join(root, 'checkpoints', name)
  await cp(committed('gemma-4-e4b-fine-tuned'), folder, { recursive: true })
  const file = join(folder, 'model.safetensors')
  const header = await readSafetensorsHeader(file)
  const content = await readFile(file)
  change({
    of(tensor) {
      const info = header.get(tensor)
      if (info === undefined) throw new Error(`${tensor} is not in ${file}`)
      return content.subarray(info.offset, info.offset + info.bytes)
    },
  })
  await writeFile(file, content)
  return folder
}
