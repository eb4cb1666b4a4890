import { expect, it } from 'vitest'
import { defaultLimits } from '../compare/limits.js'
import { wholeLogits } from '../compare/row-form.js'
import { makeTrace, prompts } from '../compare/traces.fixture.js'
import type { Session } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import { classifyFault } from './classify-fault.js'
import { observeChecks } from './observe-checks.js'
import type { Reference } from './reference.js'

const spread = { dtype: 'float32', rms: 1e-5, max: 4e-5, origin: 'recorded' } as const
const truth = makeTrace()

it('a reference that fails under the engine’s tokens is not the engine’s fault', async () => {
  const reference: Reference = {
    name: 'recorded',
    truth,
    reservation: null,
    layers: null,
    spread: () => Promise.resolve(spread),
    under: () => Promise.reject(new WorkerFault('exited', 'open', 'the worker died of SIGSEGV')),
  }
  const session: Session = {
    source: {
      name: 'mine',
      version: '1',
      device: 'cpu',
      dtype: 'float32',
      gives: ['logits'],
      versions: {},
      adapter: null,
      software: false,
    },
    observe: () => Promise.reject(new Error('smoke asks the engine for nothing')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  const own = { ...truth, generated: truth.generated.map((tokens) => tokens.map(() => 0)) }
  const fault: unknown = await observeChecks({
    session,
    item: { id: 'mine/a', folder: '', prompts, generate: 3, checks: ['smoke'] },
    reference,
    traces: { form: wholeLogits, own, forced: null, uncached: null },
    measure: { prompts, limits: defaultLimits, spread },
    signal: new AbortController().signal,
  }).catch((error: unknown) => error)
  expect(fault).toMatchObject({ message: 'the reference failed: the worker died of SIGSEGV' })
  expect(fault instanceof WorkerFault && classifyFault(fault)).toBe('infrastructure')
})
