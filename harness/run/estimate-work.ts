/** How long a slow source takes over a case, before it starts; and what is too much. */
import { readCheckpoint } from '../checkpoint/checkpoint.js'
import { usualOracleMinutes } from '../config/settings.js'
import { ParityError } from '../errors.js'
import { formatSourceId } from '../source-id.js'
import type { Source } from '../sources/source.js'
import type { PreparedCase, SourceId } from '../types.js'

/** What is shorter is not worth a line. */
const untoldSeconds = 10

export interface Work {
  /** Stored values that a token meets. */
  readonly values: number
  /** Stored values that are held in memory. */
  readonly held: number
  readonly tokens: number
}

export interface Estimate {
  /** `about 12 minutes: 600,000 values × 124 tokens` */
  readonly text: string
  readonly isLong: boolean
  /** Why it is not started; null where it is. */
  readonly refusal: ParityError | null
}

/** Of a source that is not slow: null. */
export async function estimateWork(
  source: Source,
  id: SourceId,
  item: PreparedCase,
  minutes = usualOracleMinutes,
): Promise<Estimate | null> {
  const pace = await source.pace?.({})
  if (pace === undefined) return null
  const work = await countWork(item)
  const seconds = (work.values * work.tokens) / pace.perSecond
  const text = describeWork(work, seconds)
  const others = 'or transformers as the reference (parity doctor --install transformers)'
  const refuse = (why: string, hint: string) =>
    new ParityError('PARITY_SOURCE', `${formatSourceId(id)} is not started over ${item.id}: ${why}`, hint)
  const refusal =
    work.held > pace.mostValues
      ? refuse(
          `it would hold ${format(work.held)} values, and takes up to ${format(pace.mostValues)}`,
          `A smaller checkpoint, ${others}. The option force of an alias (docs/verdicts.md) lifts this limit.`,
        )
      : seconds > 60 * minutes
        ? refuse(
            `it would take ${text}, and may take ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`,
            `Fewer or shorter prompts (--tokens, --generate), --oracle-minutes ${Math.ceil(seconds / 60)}, ${others}.${pace.faster === undefined ? '' : ` ${pace.faster}.`}`,
          )
        : null
  return { text, isLong: seconds >= untoldSeconds, refusal }
}

/** `about 12 minutes: 600,000 values × 124 tokens` */
export function describeWork({ values, tokens }: Work, seconds: number): string {
  return `about ${formatDuration(seconds)}: ${format(values)} values × ${format(tokens)} tokens`
}

/** Two figures at most: nothing more is known. */
function formatDuration(seconds: number): string {
  const units = [
    { unit: 'day', seconds: 86_400 },
    { unit: 'hour', seconds: 3600 },
    { unit: 'minute', seconds: 60 },
  ]
  const { unit, seconds: length } = units.find((one) => seconds >= 1.5 * one.seconds) ?? { unit: 'second', seconds: 1 }
  const count = Math.max(1, Number((seconds / length).toPrecision(2)))
  return `${format(count < 10 ? count : Math.round(count))} ${unit}${count === 1 ? '' : 's'}`
}

const format = (count: number): string => count.toLocaleString('en-US')

/** Of the text model: the table of per-layer inputs is read row by row, and of the experts a token meets but some. */
export async function countWork({ folder, prompts, generate }: PreparedCase): Promise<Work> {
  const { config, tensors } = await readCheckpoint(folder)
  const { experts, prefix } = config
  let [values, held] = [0, 0]
  for (const [name, { shape }] of tensors) {
    if (!name.startsWith(prefix) && !name.startsWith('lm_head.')) continue
    if (name.includes('embed_tokens_per_layer')) continue
    const size = shape.reduce((one, other) => one * other, 1)
    held += size
    values += experts !== null && name.includes('.experts.') ? (size * experts.topK) / experts.count : size
  }
  return { values, held, tokens: prompts.reduce((sum, { tokens }) => sum + tokens.length + generate, 0) }
}
