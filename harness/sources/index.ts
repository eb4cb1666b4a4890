import { ParityError } from '../errors.js'
import { formatSourceId } from '../source-id.js'
import type { SourceId } from '../types.js'
import { commandSource, type CommandAlias } from './command/index.js'
import { llamaCpp } from './llama-cpp/index.js'
import { mlxLm } from './mlx-lm/index.js'
import { mlxVlm } from './mlx-vlm/index.js'
import { onnxruntime } from './onnxruntime/index.js'
import { openai, serverSource } from './openai/index.js'
import type { ServerAlias } from './openai/server-alias.js'
import { oracle } from './oracle/index.js'
import { renamedSource, type RenamedAlias } from './renamed.js'
import type { Source } from './source.js'
import { transformers } from './transformers/index.js'
import { vllm } from './vllm/index.js'

/** Every source of this package that runs a checkpoint. `recorded` is none: it only remembers what one of them gave. */
export const builtInSources: readonly Source[] = [
  onnxruntime,
  mlxLm,
  mlxVlm,
  llamaCpp,
  vllm,
  openai,
  transformers,
  oracle,
]

/** Sources of the user's, by the names that they have. */
export type Aliases = Readonly<Record<string, CommandAlias | RenamedAlias | ServerAlias>>

/** The sources that can be named in a run. */
export interface Sources {
  readonly all: readonly Source[]
  /** The source of an id, whose device and dtype it must know. @throws ParityError PARITY_USAGE */
  find(id: SourceId): Source
}

/** Those of this package, and the aliases of a config. @throws ParityError PARITY_CONFIG for a name that is taken */
export function makeSources(aliases: Aliases = {}): Sources {
  const taken = ['recorded', ...builtInSources.map(({ name }) => name)]
  const named = Object.entries(aliases).map(([name, alias]) => {
    if (!taken.includes(name))
      return 'command' in alias
        ? commandSource(name, alias)
        : 'url' in alias
          ? serverSource(name, alias)
          : renamedSource(name, alias, (id) => findSource(id, builtInSources))
    const hint = 'Give it a name of its own.'
    throw new ParityError('PARITY_CONFIG', `sources.${name}: there is a source '${name}' already`, hint)
  })
  const all = [...builtInSources, ...named]
  return { all, find: (id) => findSource(id, all) }
}

function findSource(id: SourceId, sources: readonly Source[]): Source {
  const source = sources.find(({ name }) => name === id.name)
  if (source === undefined)
    throw unknown(
      id,
      `there is no source '${id.name}'`,
      sources.map(({ name }) => name),
    )
  const { devices, dtypes } = source
  if (id.device !== undefined && !devices.includes(id.device))
    throw unknown(id, `${id.name} knows no device '${id.device}'`, devices)
  if (id.dtype !== undefined && !dtypes.includes(id.dtype))
    throw unknown(id, `${id.name} knows no dtype '${id.dtype}'`, dtypes)
  return source
}

const unknown = (id: SourceId, message: string, known: readonly string[]) =>
  new ParityError('PARITY_USAGE', `${message} (in '${formatSourceId(id)}')`, `Known: ${known.join(', ')}.`)
