import type { HypothesisSearch, Hypothesis } from '../run/bisect-by-hypothesis.js'
import type { LogitBisection, LogitFailure } from '../run/bisect-by-logits.js'
import type { PromptBisection } from '../run/bisect-by-prompt.js'
import { printable } from '../prompt/printable.js'

/** How many hypotheses are shown. */
const shownHypotheses = 5

/** What a bisection by prompt and by hypothesis found, a sentence a line. */
export function formatLogitBisection(bisection: LogitBisection): string {
  const { caseId, engine, reference, unit, excess, failure } = bisection
  const head = `${caseId} on ${printable(engine)} against ${reference}: ${unit} ${multiple(excess)} the spread from it`
  if (failure === null) return `${head}, which is within limits: nothing to bisect\n`
  const { byPrompt, byHypothesis } = failure
  return [
    `${head}, most of all in prompt '${printable(failure.prompt)}'`,
    ...(failure.behind.length === 0 ? [] : [describeBehind(failure)]),
    ...(byPrompt === null ? [] : [describePrompt(byPrompt)]),
    ...(byHypothesis === null ? [] : [describeHypotheses(byHypothesis), ...formatTable(byHypothesis)]),
    '',
  ].join('\n')
}

/** As `--json` gives it: every defect that was tried, without its plant. */
export function toLogitDocument({ failure, ...rest }: LogitBisection): object {
  if (failure === null) return { ...rest, failure }
  const { byHypothesis } = failure
  const hypotheses = byHypothesis?.hypotheses.map(({ defect: { id, because, where }, ...figures }) => ({
    id,
    because,
    where,
    ...figures,
  }))
  return { ...rest, failure: { ...failure, byHypothesis: byHypothesis && { ...byHypothesis, hypotheses } } }
}

const describeBehind = ({ prompt, behind }: LogitFailure): string =>
  `it fails only behind ${behind.map((id) => `'${printable(id)}'`).join(', ')}: prompt '${printable(prompt)}' alone is within limits, so that something is left of the prompts before`

/** `shortest failing prefix: 9 of 21 tokens of prompt 'long' (one more than the sliding window of 8); 8 tokens are within 1.1 × the spread` */
function describePrompt(found: PromptBisection): string {
  const { kind, length, prompt, promptTokens, excess, shorter, relations } = found
  const error = `error ${multiple(excess)} the spread`
  const why = relations.length === 0 ? '' : ` (${relations.join('; ')})`
  const before =
    shorter === null ? '' : `; ${tokens(length - 1)} ${length === 2 ? 'is' : 'are'} within ${multiple(shorter)}`
  const other = describeOtherPass(found)
  if (kind === 'unsteady')
    return `no prefix of prompt '${printable(prompt)}' fails when it is run again, nor does the whole: the engine does not always give the same`
  if (kind === 'generating') {
    const run = found.runs.find((one) => one.tokens === length)
    const asPrompt =
      run === undefined ? '' : `; as one prompt, the same ${length} tokens are within ${multiple(run.excess)}`
    return `fails only when generating: from step ${length - promptTokens} of prompt '${printable(prompt)}' on, ${tokens(length)} in all${why}, ${error}${before}${asPrompt}${other}`
  }
  const behind =
    length <= promptTokens
      ? `${length} of ${tokens(promptTokens)} of prompt '${printable(prompt)}'`
      : `all ${tokens(promptTokens)} of prompt '${printable(prompt)}' and ${length - promptTokens} of the reference’s behind it`
  const later =
    kind === 'later-tokens' ? '; in longer prompts earlier positions are wrong too, by what comes behind them' : ''
  return `shortest failing prefix: ${behind}${why}, ${error}${before}${later}${other}`
}

function describeOtherPass({ pass, otherPass }: PromptBisection): string {
  if (otherPass === null || otherPass.fails) return ''
  const within = `is within ${multiple(otherPass.excess)}`
  return pass === 'cached' ? `; one pass without the KV cache ${within}` : `; through the KV cache it ${within}`
}

/** `window-plus-one explains it: it leaves 0.0 % of the error, 0.4 × the spread` */
function describeHypotheses({ hypotheses, inapplicable }: HypothesisSearch): string {
  const tried = `${hypotheses.length} planted defects tried, ${inapplicable.length} have no place in this checkpoint`
  const [best] = hypotheses
  if (best === undefined) return `no defect can be planted in this checkpoint (${inapplicable.length} tried)`
  const explaining = hypotheses.filter(({ explains }) => explains)
  if (explaining.length > 0) {
    const also = explaining.slice(1).map(({ defect }) => defect.id)
    const others = also.length === 0 ? '' : `; as well as ${also.join(', ')}`
    return `${best.defect.id} explains it: ${describeLeft(best)}${others} (${tried})`
  }
  if (best.leaves < tellingShare)
    return `${best.defect.id} comes closest, and is not all: ${describeLeft(best)} (${tried})`
  return `no planted defect explains it: the best, ${best.defect.id}, ${leaves(best)} (${tried})`
}

/** A hypothesis that leaves less than this of the error is worth a look, though something else is wrong too. */
const tellingShare = 0.5

const leaves = ({ leaves: share }: Hypothesis) => `leaves ${percent(share)} of the error`
const describeLeft = (one: Hypothesis) => `it ${leaves(one)}, ${multiple(one.excess)} the spread`

function formatTable({ hypotheses }: HypothesisSearch): string[] {
  const shown = hypotheses.slice(0, shownHypotheses)
  const width = Math.max(...shown.map(({ defect }) => defect.id.length))
  return shown.map(
    ({ defect, leaves: share, excess, explains }) =>
      `  ${defect.id.padEnd(width)} ${percent(share).padStart(7)} left ${multiple(excess).padStart(9)} the spread${explains ? ' ←' : ''}`,
  )
}

const tokens = (count: number) => `${count} ${count === 1 ? 'token' : 'tokens'}`

const percent = (share: number): string => {
  if (!Number.isFinite(share)) return '∞ %'
  const value = 100 * share
  return `${value === 0 ? '0' : value < 0.001 ? '< 0.001' : value < 10 ? value.toPrecision(2) : value.toFixed(0)} %`
}

const multiple = (value: number): string =>
  value === 0 ? '0 ×' : Number.isFinite(value) ? `${value < 10 ? value.toPrecision(2) : value.toFixed(0)} ×` : '∞ ×'
