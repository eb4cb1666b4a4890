import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkpoint } from '../checkpoint.js'
import { expectedTensors, type Layout } from '../layout.js'
import { compareNames } from './plan-shards.js'
import type { TensorsPlan } from './plan-tensors.js'

/** The document of `relayout --json`. */
export interface RelayoutSummary {
  /** Absolute paths. */
  readonly source: string
  readonly destination: string
  readonly layout: Change<Layout['kind']>
  /** Of the text model's weights; `mixed` where they have several. */
  readonly dtype: Change<string>
  /** Every file written, in the order of the names. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[]
  /** `kept`, under whatever name, and `added` were written; `converted`, of those, have another dtype than before. */
  readonly tensors: {
    readonly kept: number
    readonly added: number
    readonly dropped: number
    readonly converted: number
  }
  readonly notes: readonly string[]
}

interface Change<Value> {
  readonly from: Value
  readonly to: Value
}

/** `written`: the new checkpoint as it was opened where it was written. */
export async function summarise(
  source: Checkpoint,
  written: Checkpoint,
  destination: string,
  { written: tensors, dropped }: TensorsPlan,
  notes: readonly string[],
): Promise<RelayoutSummary> {
  const count = (origin: 'kept' | 'added') => tensors.filter((tensor) => tensor.origin === origin).length
  return {
    source: source.folder,
    destination,
    layout: { from: source.layout.kind, to: written.layout.kind },
    dtype: { from: dtypeName(source), to: dtypeName(written) },
    files: await listFiles(written.folder),
    tensors: {
      kept: count('kept'),
      added: count('added'),
      dropped: dropped.length,
      converted: tensors.filter(({ dtype, source: { dtype: before } }) => dtype !== before).length,
    },
    notes,
  }
}

function dtypeName({ config, tensors }: Checkpoint): string {
  const found = new Set(expectedTensors(config).map(({ name }) => tensors.get(name)?.dtype))
  const names: Readonly<Record<string, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }
  return found.size === 1 ? (names[[...found][0] ?? ''] ?? 'mixed') : 'mixed'
}

async function listFiles(folder: string): Promise<{ name: string; bytes: number }[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const names = paths.map((path) => path.slice(folder.length + 1).replaceAll('\\', '/')).sort(compareNames)
  return await Promise.all(names.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })))
}
