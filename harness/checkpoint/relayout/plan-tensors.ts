import { basename, join } from 'node:path'
import type { Relayout } from '../../types.js'
import type { Checkpoint } from '../checkpoint.js'
import { weightDtypes, type TensorDtype } from '../dtype.js'
import type { TensorInfo } from '../safetensors.js'
import { unusable } from '../unusable.js'
import { isSameTensor } from './compare-bytes.js'
import type { PlannedTensor } from './planned-tensor.js'
import { planSharedKv } from './shared-kv.js'
import { isTowerTensor } from './towers.js'

export interface TensorsPlan {
  readonly written: readonly PlannedTensor[]
  /** Names in the source. */
  readonly dropped: readonly string[]
}

const head = 'lm_head.weight'
const stored = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const

/**
 * Every tensor of the new checkpoint. Reads no weights but those of the head where that is to be dropped.
 * `homes`: real path of a file of the source → its name. Throws PARITY_CHECKPOINT for what cannot be had.
 */
export async function planTensors(
  checkpoint: Checkpoint,
  wanted: Relayout,
  dropTowers: boolean,
  homes: ReadonlyMap<string, string>,
  signal?: AbortSignal,
): Promise<TensorsPlan> {
  const { tensors, config, folder } = checkpoint
  const sharedKv = planSharedKv(checkpoint, wanted.layout)
  const droppedHead = wanted.head === 'tied' && (await checkHeadIsTable(checkpoint, signal)) ? [head] : []
  const towers = dropTowers ? [...tensors.keys()].filter(isTowerTensor) : []
  const dropped = new Set([...sharedKv.dropped, ...droppedHead, ...towers])

  const home = (info: TensorInfo | undefined) => homes.get(info?.file ?? '') ?? [...homes.values()][0] ?? ''
  const kept = [...tensors.values()]
    .filter(({ name }) => !dropped.has(name))
    .map((source) => ({ name: source.name, source, origin: 'kept', home: home(source) }) as const)
  const added = [...sharedKv.added].map(([name, source]) => {
    // It joins the other tensors of its layer.
    const beside = tensors.get(name.replace(/self_attn\.\w+\.\w+$/, 'self_attn.o_proj.weight'))
    return { name, source, origin: 'added', home: home(beside ?? source) } as const
  })
  const table = checkpoint.tensor('embed_tokens.weight')
  const addsHead = wanted.head === 'untied' && !tensors.has(head)
  const copies = addsHead ? [{ name: head, source: table, origin: 'added', home: home(table) } as const] : []

  const rename = wanted.prefix === undefined ? (name: string) => name : renamer(config.prefix, wanted.prefix)
  const written = [...kept, ...added, ...copies].map((tensor) => ({
    ...tensor,
    name: rename(tensor.name),
    dtype: dtypeOf(tensor.source, wanted.dtype),
  }))
  checkNamesDiffer(written, join(folder, basename(table.file)))
  return { written, dropped: [...dropped] }
}

/** Whether there is a head, which then is the embedding table bit for bit. */
async function checkHeadIsTable({ tensors, tensor }: Checkpoint, signal?: AbortSignal): Promise<boolean> {
  const own = tensors.get(head)
  if (own === undefined) return false
  const table = tensor('embed_tokens.weight')
  if (await isSameTensor(own, table, signal)) return true
  const what = `tensor '${head}' differs from '${table.name}', so a tied head would be another model`
  throw unusable(own.file, what, 'Leave the head untied.')
}

/** The towers belong to the wrapped model, whose names begin with `model.` only where there is a head beside it. */
function renamer(from: string, to: string): (name: string) => string {
  const wrapper = to === 'model.language_model.' ? 'model.' : ''
  return (name) => {
    if (name === head) return name
    if (isTowerTensor(name)) return wrapper + name.replace(/^model\./, '')
    return name.startsWith(from) ? to + name.slice(from.length) : name
  }
}

function dtypeOf({ name, dtype, file }: TensorInfo, wanted: Relayout['dtype']): TensorDtype {
  if (wanted === undefined || dtype === stored[wanted]) return dtype
  if (weightDtypes.includes(dtype)) return stored[wanted]
  if (dtype !== 'F64') return dtype
  const hint = `Save it as one of ${weightDtypes.join(', ')} first.`
  throw unusable(file, `tensor '${name}' has dtype F64, which is not converted here`, hint)
}

function checkNamesDiffer(written: readonly PlannedTensor[], file: string): void {
  const seen = new Set<string>()
  for (const { name } of written) {
    if (seen.has(name)) throw unusable(file, `two tensors would be named '${name}'`, 'Choose another prefix.')
    seen.add(name)
  }
}
