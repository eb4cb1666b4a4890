/** Words for a verdict that several writers share. */
import type { Place, Verdict } from '../../types.js'
import { isBad } from '../build.js'
import { formatFactor } from './html/format-numbers.js'

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
