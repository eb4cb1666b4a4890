import { prepareCase } from '../cases/prepare-case.js'
import { ParityError } from '../errors.js'
import { isTokenizerCase } from '../run/cells.js'
import { openReference } from '../run/reference.js'
import type { Prompt, Spread, Trace } from '../types.js'
import { planTests, type ParityOptions } from './plan-tests.js'

export interface ReferenceOptions extends Pick<ParityOptions, 'cases' | 'recordings' | 'reference' | 'timeout'> {
  /** What the engine computes in; `float32` by default. */
  readonly dtype?: string
}

/** The truth about a case: what to ask an engine of one's own, and what its answer is compared with. */
export interface CaseReference {
  readonly caseId: string
  /** The checkpoint's folder, absolute. */
  readonly folder: string
  readonly prompts: readonly Prompt[]
  /** Tokens to generate. */
  readonly generate: number
  /** The reference's own greedy tokens, a list a prompt. */
  readonly generated: readonly (readonly number[])[]
  /** `transformers@5.23.0/float64, recorded` */
  readonly name: string
  readonly truth: Trace
  /** The error that the reference itself makes in the engine's dtype. */
  readonly spread: Spread
}

/**
 * Reads the reference of a case by its id: recorded where there is a recording, else run now.
 *
 * @throws ParityError where there is no such case, or its checkpoint or recording cannot be used
 */
export async function loadReference(caseId: string, options: ReferenceOptions = {}): Promise<CaseReference> {
  const { dtype = 'float32', ...settings } = options
  const { plan } = await planTests({ ...settings, case: [caseId] })
  const item = plan.cases.find(({ id }) => id === caseId)
  if (item === undefined || isTokenizerCase(item))
    throw new ParityError('PARITY_USAGE', `${caseId} is not a case with prompts`, 'Give the id of one case.')
  const { signal } = new AbortController()
  const prepared = await prepareCase(item, signal, () => undefined)
  const reference = await openReference({ ...plan, reproduce: () => '' }, prepared, signal)
  const { folder, prompts, generate } = prepared
  const { name, truth } = reference
  const spread = await reference.spread(dtype, signal)
  return { caseId, folder, prompts, generate, generated: truth.generated, name, truth, spread }
}
