/** For test suites that run under vitest: `transformers-parity/vitest`. Importing it adds the matchers to `expect`. */
import { expect } from 'vitest'
import { toHaveTopK, type TopKOptions } from './vitest/to-have-top-k.js'
import { toMatchReference } from './vitest/to-match-reference.js'
import type { CaseReference } from './vitest/load-reference.js'

export type { EngineOutput } from './vitest/compare-output.js'
export { describeParity } from './vitest/describe-parity.js'
export { loadReference, type CaseReference, type ReferenceOptions } from './vitest/load-reference.js'
export type { ParityOptions } from './vitest/plan-tests.js'
export type { Rows } from './vitest/to-matrix.js'
export type { TopKOptions }

interface ParityMatchers {
  /**
   * Of an `EngineOutput`: its logits, top 5 and tokens are those of the reference, within the limits of a run. What it
   * does not hold is not compared.
   */
  toMatchReference(reference: CaseReference): void
  /**
   * Of a row of logits: its highest ones are those of `ids`, in this order. Two tokens may change places where their
   * logits are at most `within` apart.
   */
  toHaveTopK(ids: readonly number[], options?: TopKOptions): void
}

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- as vitest declares it
  interface Matchers<T = any> extends ParityMatchers {}
}

expect.extend({ toMatchReference, toHaveTopK })
