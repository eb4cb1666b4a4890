import { oracleSpreadFactor } from '../compare/limits.js'
import type { Yardstick } from '../compare/find-first-jump.js'
import { formatSourceId } from '../source-id.js'
import type { Observation, PreparedCase, Prompt, SourceId, Trace } from '../types.js'
import type { RunPlan } from './plan.js'
import { withSession } from './with-session.js'

export interface NamedYardstick extends Yardstick {
  /** `oracle@1.0.0/float64` */
  readonly name: string
}

/** Truth and noise inside a model, kept for the next engine on the same prompt. */
export class Yardsticks {
  readonly #plan: RunPlan
  readonly #traces = new Map<string, Promise<{ readonly name: string; readonly trace: Trace }>>()

  constructor(plan: RunPlan) {
    this.#plan = plan
  }

  /** The reference on a prompt and what follows it, in one pass: in its highest dtype and in the engine's. */
  async measure(
    item: PreparedCase,
    prompt: Prompt,
    rest: readonly number[],
    dtype: string,
    signal: AbortSignal,
  ): Promise<NamedYardstick> {
    const source = await this.#choose()
    const observe = (inDtype: string) => {
      const key = [item.id, prompt.id, inDtype].join(' ')
      const known = this.#traces.get(key) ?? this.#observe(source, item, [...prompt.tokens, ...rest], inDtype, signal)
      this.#traces.set(key, known)
      return known
    }
    const truth = await observe('float64')
    const inDtype = await observe(dtype)
    const factor = source.name === 'oracle' ? (oracleSpreadFactor[dtype] ?? 1) : 1
    return {
      name: truth.name,
      truth: { trace: truth.trace, prompt: 0 },
      inDtype: { trace: inDtype.trace, prompt: 0 },
      factor,
      dtype,
    }
  }

  /** The reference of the plan if it is a live one, else the oracle. */
  async #choose(): Promise<SourceId> {
    const { reference } = this.#plan
    return Promise.resolve(reference !== null && reference.name !== 'recorded' ? reference : { name: 'oracle' })
  }

  async #observe(id: SourceId, item: PreparedCase, tokens: readonly number[], dtype: string, signal: AbortSignal) {
    const { sources, threads, timeouts } = this.#plan
    const session = await sources
      .find(id)
      .open({ id: { ...id, dtype }, checkpoint: item.folder, threads, options: {}, timeouts }, signal)
    return withSession(session, async (opened) => {
      const { name, version } = opened.source
      return { name: formatSourceId({ name, version, dtype }), trace: await opened.observe(look(tokens), signal) }
    })
  }
}

const look = (tokens: readonly number[]): Observation => ({
  prompts: [tokens],
  generate: 0,
  continuation: null,
  cache: true,
  chunk: null,
  logits: 'all',
  topK: null,
  layers: 'all',
  parts: true,
})
