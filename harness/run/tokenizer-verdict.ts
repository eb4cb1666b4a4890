/** A tokenizer case: what transformers answers against what prompts go through here. */
import { compareTokenizer, type TokenizerDifference } from '../compare/compare-tokenizer.js'
import { ParityError } from '../errors.js'
import { tokenizersVersion } from '../prompt/library-version.js'
import { observeTokenizer } from '../prompt/observe-tokenizer.js'
import { printable } from '../prompt/printable.js'
import { blankVerdict } from '../report/blank-verdict.js'
import type { Comparison, TokenizerObservation, TokenizerProbe, Verdict } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import { ownTokenizer } from './cells.js'
import { ReferenceFault } from './classify-fault.js'
import type { TokenizerReference } from './tokenizer-reference.js'

type Found = Pick<Verdict, 'outcome' | 'reason'> &
  Partial<Pick<Verdict, 'comparisons' | 'stage' | 'fault' | 'hint' | 'log'>>

/** Whatever goes wrong behind the recording becomes the verdict. */
export async function reachTokenizerVerdict(reference: TokenizerReference, reproduce: string): Promise<Verdict> {
  const started = performance.now()
  const found = await attempt(reference)
  return {
    ...blankVerdict,
    caseId: reference.item.id,
    engine: ownTokenizer,
    engineVersion: tokenizersVersion,
    reference: reference.name,
    ...found,
    reproduce,
    elapsedMs: Math.round(performance.now() - started),
  }
}

async function attempt({ item, folder, expected }: TokenizerReference): Promise<Found> {
  const { texts, chats } = item.tokenizer
  try {
    return judgeTokenizer(item.tokenizer, await expected(), await observeTokenizer(folder, texts, chats))
  } catch (error) {
    if (error instanceof WorkerFault) {
      const { stage, message: reason, log } = new ReferenceFault(error)
      return { outcome: 'error', stage, fault: 'infrastructure', reason, log }
    }
    if (ParityError.is(error))
      return { outcome: 'error', stage: 'observe', fault: 'engine', reason: error.message, hint: error.hint }
    throw error
  }
}

/** Nothing is measured here: ids and texts are equal or they are not. */
export function judgeTokenizer(
  probe: TokenizerProbe,
  expected: TokenizerObservation,
  actual: TokenizerObservation,
): Found & Pick<Verdict, 'comparisons'> {
  const { texts, chats, first } = compareTokenizer(expected, actual)
  const isEqual = first === undefined
  const counts = `${texts.equal} of ${texts.total} texts and ${chats.equal} of ${chats.total} chats`
  const reason = isEqual
    ? `${counts} give the token ids and the text that transformers gives`
    : `only ${counts} are as in transformers: ${describe(probe, first)}`
  const comparison: Comparison = {
    aspect: 'tokenizer',
    passed: isEqual,
    metrics: { texts: texts.total, textsEqual: texts.equal, chats: chats.total, chatsEqual: chats.equal },
    needed: null,
    nearTies: [],
    ...(isEqual ? {} : { first: { prompt: `${first.kind}-${first.index}`, position: first.position }, detail: reason }),
  }
  return { outcome: isEqual ? 'pass' : 'fail', comparisons: [comparison], reason }
}

/** A token id, a character, or nothing where one side has ended. */
const show = (value: number | string | undefined) =>
  typeof value === 'string' ? printable(JSON.stringify(value)) : (value ?? 'nothing')

function describe({ texts, chats }: TokenizerProbe, { kind, index, position, expected, actual }: TokenizerDifference) {
  const input = kind === 'chat' ? JSON.stringify(chats[index]) : JSON.stringify(texts[index])
  const short = input.length > 80 ? `${input.slice(0, 80)}…` : input
  return `${kind} ${index}, ${printable(short)}, has ${show(actual)} instead of ${show(expected)} at position ${position}`
}
