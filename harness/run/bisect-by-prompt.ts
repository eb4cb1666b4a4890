/** The shortest prompt that an engine gets wrong. It takes nothing of the engine but logits, or log-probabilities. */
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { rowsOf } from '../compare/find-first-jump.js'
import { alignTraces } from '../compare/align-traces.js'
import { isBeyond, measureRows, worstOf, type RowError } from '../compare/row-errors.js'
import { formOf, topKOf } from '../compare/row-form.js'
import { pairRows } from '../compare/rows.js'
import { relateLength } from '../compare/relate-length.js'
import type { Matrix, Observation, PreparedCase, Trace } from '../types.js'
import { generation } from './observations.js'
import { errorOf, openEngine, pairWith, type EngineUnderTest, type Pass, type SeenEngine } from './see-engine.js'
import { withSession } from './with-session.js'

/** A prefix of the prompt and the reference's tokens behind it, run as a prompt of its own. */
export interface PrefixRun {
  readonly tokens: number
  /** The row that errs most, root-mean-square, in multiples of the spread. */
  readonly excess: number
  readonly fails: boolean
}

export interface PromptBisection {
  readonly prompt: string
  readonly promptTokens: number
  /** Those of the shortest failing prefix. */
  readonly tokens: readonly number[]
  readonly pass: Pass
  /**
   * - `prefix`: a prompt of `length` tokens fails, one that is a token shorter does not
   * - `generating`: no prompt of these tokens fails, but decoding does when `length` tokens have been fed
   * - `later-tokens`: as `prefix`, but in the whole prompt earlier positions are wrong too, by what comes behind them
   * - `unsteady`: no prefix fails by itself, nor does the whole
   */
  readonly kind: 'prefix' | 'generating' | 'later-tokens' | 'unsteady'
  readonly length: number
  /** At the first wrong row: in multiples of the spread, root-mean-square. */
  readonly excess: number
  /** Of one token less; null where there is none. */
  readonly shorter: number | null
  /** Of the same prompt by the other pass; null where the engine does not do it. */
  readonly otherPass: { readonly excess: number; readonly fails: boolean } | null
  /** What the length, or the last token, has to do with the model. */
  readonly relations: readonly string[]
  /** Prefixes run as prompts of their own, the shortest first. */
  readonly runs: readonly PrefixRun[]
}

/** A prompt that fails in `pass` when it is alone: `seen` holds no other. Throws a `WorkerFault`. */
export async function bisectByPrompt(
  test: EngineUnderTest,
  seen: SeenEngine,
  pass: Pass,
  signal: AbortSignal,
): Promise<PromptBisection> {
  const { limits } = test.plan
  const [{ id, tokens: ids }] = seen.item.prompts
  const rows = measureRows(pairWith(seen, seen.truth, pass) ?? [], seen.spread)
  const first = rows.find((row) => isBeyond(row, limits)) ?? rows[rows.length - 1]
  const start = fedBefore(first, ids.length)
  const known = new Map<number, PrefixRun>()
  const run = async (tokens: number) => {
    const found = known.get(tokens) ?? (await runPrefix(test, seen, pass, tokens, signal))
    known.set(tokens, found)
    return found
  }
  const fails = async (tokens: number) => tokens > 0 && (await run(tokens)).fails

  const { kind, length } = await search(start, ids.length, seen.traces.form.isPromptWhole, fails)
  const other = pass === 'cached' ? 'uncached' : 'cached'
  const otherError = errorOf(seen, other)
  const isRun = kind === 'prefix' || kind === 'later-tokens'
  const tokens = [...ids, ...seen.truth.generated[0]].slice(0, length)
  return {
    prompt: id,
    promptTokens: ids.length,
    tokens,
    pass,
    kind,
    length,
    excess: isRun ? (await run(length)).excess : first.rms,
    shorter: length === 1 ? null : isRun ? (await run(length - 1)).excess : worstBefore(rows, first),
    otherPass: otherError && { excess: otherError.rms, fails: isBeyond(otherError, limits) },
    relations: relateLength({ tokens, slidingWindow: await findWindow(seen.item) }),
    runs: [...known.values()].sort((a, b) => a.tokens - b.tokens),
  }
}

async function findWindow({ folder }: PreparedCase): Promise<number | null> {
  const { config } = await openCheckpoint(folder)
  return config.layers.some(({ type }) => type === 'sliding') ? config.slidingWindow : null
}

/** How many tokens the engine had seen when it gave a row. */
const fedBefore = ({ place: { position = 0, step } }: RowError, prompt: number): number =>
  step === undefined ? position + 1 : prompt + step

function worstBefore(rows: readonly RowError[], first: RowError): number | null {
  const before = rows.slice(0, rows.indexOf(first))
  return before.length === 0 ? null : worstOf(before).rms
}

/**
 * @param start tokens fed when the first wrong row came
 * @param isWhole whether the rows before it are known to be right
 */
async function search(
  start: number,
  prompt: number,
  isWhole: boolean,
  fails: (tokens: number) => Promise<boolean>,
): Promise<Pick<PromptBisection, 'kind' | 'length'>> {
  if (await fails(start)) {
    const length = isWhole && !(await fails(start - 1)) ? start : await halve(0, start, fails)
    return { kind: 'prefix', length }
  }
  if (start > prompt) return { kind: 'generating', length: start }
  if (start < prompt && (await fails(prompt)))
    return { kind: 'later-tokens', length: await halve(start, prompt, fails) }
  return { kind: 'unsteady', length: start }
}

/** The end of the first of two neighbouring lengths of which one passes and the next fails, as the two given do. */
async function halve(passes: number, bad: number, fails: (tokens: number) => Promise<boolean>): Promise<number> {
  let [low, high] = [passes, bad]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (await fails(middle)) high = middle
    else low = middle
  }
  return high
}

/** Runs the first `tokens` of prompt and reference's tokens in a session of their own. */
async function runPrefix(
  test: EngineUnderTest,
  seen: SeenEngine,
  pass: Pass,
  tokens: number,
  signal: AbortSignal,
): Promise<PrefixRun> {
  const { item, truth, spread } = seen
  const [{ id, tokens: ids }] = item.prompts
  const prefix = { id, tokens: [...ids, ...truth.generated[0]].slice(0, tokens) }
  const short: PreparedCase = { ...item, prompts: [prefix], generate: 1 }
  const { own, form } = await withSession(await openEngine(test, item, signal), async (session) => {
    const given = formOf(session.source.gives)
    return { form: given, own: await session.observe(ask(short, pass, topKOf(given)), signal) }
  })
  const aligned = alignTraces(cutTruth(truth, tokens, own), { form, own, forced: null, uncached: null })
  const { pairs } = pairRows([prefix], aligned.truth, promptOnly(aligned.actual))
  const rows = measureRows(pairs, spread)
  // A prefix without any row to compare is no prefix that passes.
  const fails = rows.length === 0 || rows.some((row) => isBeyond(row, test.plan.limits))
  return { tokens, excess: rows.length === 0 ? Infinity : worstOf(rows).rms, fails }
}

const ask = (item: PreparedCase, pass: Pass, topK: number | null): Observation =>
  pass === 'cached'
    ? generation(item, topK)
    : { ...generation(item, topK), generate: 0, continuation: [[]], cache: false }

/** The truth about the first `tokens`, as that about a prompt; what follows is left to the engine. */
function cutTruth(truth: Trace, tokens: number, { generated }: Trace): Trace {
  const whole = rowsOf({ trace: truth, prompt: 0 }, 'logits')
  const logits: Matrix | undefined =
    whole === null ? undefined : { ...whole, rows: tokens, data: whole.data.subarray(0, tokens * whole.columns) }
  return {
    ...truth,
    generated: generated.length === 0 ? [[]] : generated,
    tensor: (name) => (name === '0.logits' ? logits : undefined),
  }
}

const promptOnly = (trace: Trace): Trace => ({
  ...trace,
  tensor: (name) => (name.includes('.decode.') ? undefined : trace.tensor(name)),
})
