import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { loadCases } from '../cases/load-cases.js'
import { defaultLimits } from '../compare/limits.js'
import { packageRoot } from '../package-root.js'
import { makeSources } from '../sources/index.js'
import type { RunPlan } from './plan.js'

/** All committed cases on the recorded reference, one thread each. */
export async function makeTestPlan(changes: Partial<RunPlan> = {}): Promise<RunPlan> {
  return {
    cases: await loadCases(join(packageRoot, 'cases')),
    sources: makeSources(),
    engines: [],
    reference: null,
    recordings: join(packageRoot, 'references/recorded'),
    limits: defaultLimits,
    budget: { jobs: Math.min(2, availableParallelism()), memory: Infinity },
    isNightly: true,
    threads: 1,
    timeouts: { startMs: 60_000, openMs: 60_000, observeMs: 300_000 },
    options: {},
    reproduce: () => '',
    ...changes,
  }
}
