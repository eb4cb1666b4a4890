import { ParityError } from '../errors.js'
import { parseSourceId } from '../source-id.js'
import type { SourceId } from '../types.js'
import type { Source } from './source.js'

/** A source under another name, with an interpreter or options of its own, as `sources` in `parity.config.ts` has it. */
export interface RenamedAlias {
  /** `transformers@5.6.2:cpu/bfloat16`; what it names is the default. */
  readonly source: string
  /** An interpreter of the user's, for unreleased code; only for engines in Python. */
  readonly python?: string
  /** Variables for that interpreter. */
  readonly env?: Readonly<Record<string, string>>
  /** Handed to the source when it opens a checkpoint. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** The source that such an alias names. @throws ParityError PARITY_CONFIG where it asks for what that source lacks */
export function renamedSource(name: string, alias: RenamedAlias, find: (id: SourceId) => Source): Source {
  const named = parseSourceId(alias.source)
  const source = withInterpreter(name, alias, find(named))
  const meant = (id: SourceId): SourceId => ({
    name: source.name,
    version: id.version ?? named.version,
    device: id.device ?? named.device,
    dtype: id.dtype ?? named.dtype,
  })
  return {
    name,
    summary: `${source.summary}, as sources.${name} has it`,
    devices: preferred(source.devices, named.device),
    dtypes: preferred(source.dtypes, named.dtype),
    check: (id, options) => source.check(meant(id), { ...alias.options, ...options }),
    open: (request, signal) =>
      source.open({ ...request, id: meant(request.id), options: { ...alias.options, ...request.options } }, signal),
    ...(source.pace === undefined
      ? {}
      : { pace: (options) => source.pace?.({ ...alias.options, ...options }) ?? Promise.reject(new Error(name)) }),
    ...(source.roundings === undefined ? {} : { roundings: (id) => source.roundings?.(meant(id)) ?? {} }),
    ...(source.versions === undefined ? {} : { versions: () => source.versions?.() ?? Promise.resolve([]) }),
    ...(source.install === undefined || alias.python !== undefined
      ? {}
      : {
          install: (version, options) =>
            source.install?.(version ?? named.version, { ...alias.options, ...options }) ?? Promise.resolve(),
        }),
  }
}

/** The one that is named comes first. */
const preferred = (all: readonly string[], first: string | undefined): readonly string[] =>
  first === undefined ? all : [first, ...all.filter((other) => other !== first)]

function withInterpreter(name: string, { python, env, source: wanted }: RenamedAlias, source: Source): Source {
  if (python === undefined && env === undefined) return source
  if (source.withInterpreter === undefined || python === undefined) {
    const why = python === undefined ? 'env goes with python' : `${wanted} does not run in Python`
    throw new ParityError('PARITY_CONFIG', `sources.${name}: ${why}`, 'docs/config.md shows what goes together.')
  }
  return source.withInterpreter({ python, env, origin: `sources.${name}.python` })
}
