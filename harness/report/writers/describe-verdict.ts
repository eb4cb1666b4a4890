/** Words for a verdict that several writers share. */
import type { Limits, Place, Verdict } from '../../types.js'
import { isBad } from '../build.js'
import { formatFactor, formatNumber } from './html/format-numbers.js'

/** Whether the machine failed, so that nothing was found out about the engine. */
export const isUnjudged = ({ fault }: Pick<Verdict, 'fault'>): boolean => fault === 'infrastructure'

/** Whether a verdict is bad news about its engine. */
export const isDivergence = (verdict: Verdict): boolean => isBad(verdict) && !isUnjudged(verdict)

/** `fail (regressed)`, `error (machine)` */
export function nameOutcome({ outcome, change, fault }: Verdict): string {
  const mark = fault === 'infrastructure' ? 'machine' : change
  return mark === undefined ? outcome : `${outcome} (${mark})`
}

/** Error as a multiple of the spread: `1.12 ×`, or a dash. */
export const formatExcess = ({ excess }: Verdict): string => (excess === null ? '–' : formatFactor(excess))

/** Generated tokens that are equal or tied, of all; of a tokenizer case, texts and chats. */
export function countEqual({ tokens, comparisons }: Verdict): string {
  if (tokens !== null) return `${tokens.equal + tokens.nearTie}/${tokens.total}`
  const found = comparisons.find(({ aspect }) => aspect === 'tokenizer')
  if (found === undefined) return '–'
  const { texts, textsEqual, chats, chatsEqual } = found.metrics
  return `${textsEqual + chatsEqual}/${texts + chats} texts`
}

/** The smallest limits under which every comparison passes; `none` where no limits would do, null where nothing is known. */
function findNeeded({ comparisons }: Pick<Verdict, 'comparisons'>): Limits | 'none' | null {
  if (comparisons.some(({ passed, needed }) => !passed && needed === null)) return 'none'
  const all = comparisons.flatMap(({ needed }) => (needed === null ? [] : [needed]))
  if (all.length === 0) return null
  const worst = (values: readonly number[]) => (values.some(Number.isNaN) ? NaN : Math.max(...values))
  return {
    rmsExcess: worst(all.map(({ rmsExcess }) => rmsExcess)),
    maxExcess: worst(all.map(({ maxExcess }) => maxExcess)),
  }
}

/** The smallest limits that would pass, as multiples of the spread: `1.12 / 1.86`, `none`, or a dash. */
export function formatNeeded(verdict: Pick<Verdict, 'comparisons'>): string {
  const needed = findNeeded(verdict)
  if (needed === null || needed === 'none') return needed ?? '–'
  return [needed.rmsExcess, needed.maxExcess].map((value) => formatFactor(value).replace(' ×', '')).join(' / ')
}

/** The same in words, with the limits that there are; null where nothing was compared. */
export function describeNeeded(verdict: Pick<Verdict, 'comparisons' | 'limits'>): string | null {
  const needed = findNeeded(verdict)
  if (needed === null) return null
  const say = ({ rmsExcess, maxExcess }: Limits, format: (value: number) => string) =>
    `${format(rmsExcess)} × root-mean-square, ${format(maxExcess)} × largest error`
  const found =
    needed === 'none' ? 'none: no limits would do' : say(needed, (value) => formatFactor(value).replace(' ×', ''))
  return verdict.limits === null ? found : `${found} (limits: ${say(verdict.limits, formatNumber)})`
}

export const formatSeconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

/** The first place out of bounds, of the first comparison that has one: `logits: prompt fork, position 1`. */
export function describePlace({ comparisons }: Verdict): string | null {
  const found = comparisons.find(({ passed, first }) => !passed && first !== undefined)
  return found?.first === undefined ? null : `${found.aspect}: ${formatPlace(found.first)}`
}

const formatPlace = ({ prompt, position, step, layer }: Place) =>
  [
    `prompt ${prompt}`,
    ...(position === undefined ? [] : [`position ${position}`]),
    ...(step === undefined ? [] : [`token ${step}`]),
    ...(layer === undefined ? [] : [`layer ${layer}`]),
  ].join(', ')
