import { availableParallelism } from 'node:os'
import type { Selection } from '../cases/filter-cases.js'
import { defaultLimits } from '../compare/limits.js'
import { configSchema, type Config } from '../config/config-schema.js'
import { loadConfig } from '../config/load-config.js'
import type { RunSettings } from '../config/settings.js'
import { settingsOf, settle } from '../config/settle.js'
import { ParityError } from '../errors.js'
import type { RunPlan } from '../run.js'
import { freeMemory } from '../run/estimate-memory.js'
import { parseSourceId } from '../source-id.js'
import { makeSources } from '../sources/index.js'
import type { Case, TokenizerCase } from '../types.js'
import { chooseTestCases } from './choose-test-cases.js'

/** Settings that mean in a test what they mean in a run: docs/config.md. */
type TestSettings = Pick<RunSettings, 'engines' | 'reference' | 'recordings' | 'timeout' | 'require' | 'nightly'>

/** What to test. Paths are relative to the current folder; patterns, tags and suites select from folders. */
export interface ParityOptions extends Selection, Partial<TestSettings> {
  /** Folders of case files, and cases; the default is the folder that `parity run` takes. */
  readonly cases?: string | readonly (string | Case | TokenizerCase)[]
  /** How long one test may take, in milliseconds. */
  readonly testTimeout?: number
}

export interface TestPlan {
  /** How to tell a verdict again is known when the test runs. */
  readonly plan: Omit<RunPlan, 'reproduce'>
  /** Whether an engine that cannot run here fails its tests. */
  readonly isRequired: boolean
}

/**
 * Decides what is tested: environment variables before what is written in the test before `parity.config.ts` before
 * defaults.
 *
 * @throws ParityError where a setting, a case or an engine is wrong
 */
export async function planTests(options: ParityOptions): Promise<TestPlan> {
  const config = await loadConfig()
  const values = { ...config?.values, ...checkSettings(options) }
  const settings = settingsOf(settle({}, process.env, { file: 'describeParity', values }))
  const places = typeof options.cases === 'object' ? options.cases : [settings.cases]
  const engines = settings.engines.map(parseSourceId)
  const sources = makeSources(config?.values.sources)
  engines.forEach((id) => sources.find(id))
  const silence = 1000 * settings.timeout
  const processors = availableParallelism()
  return {
    isRequired: settings.require,
    plan: {
      cases: await chooseTestCases(places, options),
      sources,
      engines,
      reference: settings.reference === null ? null : parseSourceId(settings.reference),
      recordings: settings.recordings,
      limits: defaultLimits,
      arbitrates: true,
      budget: { jobs: 1, memory: freeMemory() },
      isNightly: settings.nightly,
      // Test files run beside each other.
      threads: Math.max(1, Math.floor(processors / 4)),
      timeouts: { startMs: Math.min(silence, 60_000), openMs: silence, observeMs: silence },
      options: {},
    },
  }
}

/** The settings among the options, without those that are undefined. */
function checkSettings({ cases, engines, reference, recordings, timeout, require, nightly }: ParityOptions): Config {
  const folder = typeof cases === 'string' ? cases : undefined
  const stated = { cases: folder, engines, reference, recordings, timeout, require, nightly }
  const parsed = configSchema.safeParse(
    Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined)),
  )
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  throw new ParityError(
    'PARITY_CONFIG',
    `describeParity: ${path.join('.')} ${message}`,
    'docs/vitest.md lists the options.',
  )
}
