/** What can be set, and how: the one table behind flags, variables, `parity.config.ts`, help texts and docs. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { packageRoot } from '../package-root.js'
import { choice, count, folder, listOf, reporter, source, toggle, type Kind } from './kinds.js'

/** When verdicts fail a run. */
export const failOnChoices = ['bad', 'drifted', 'regressed', 'never'] as const
export type FailOn = (typeof failOnChoices)[number]

/** Minutes that the oracle may take over a case where nobody says: about what somebody waits for a verdict. */
export const usualOracleMinutes = 10

export interface RunSettings {
  /** Folder of the case files. */
  readonly cases: string
  /** Folder of the recorded traces. */
  readonly recordings: string
  readonly engines: readonly string[]
  /** Null: recorded, else transformers, else the oracle. */
  readonly reference: string | null
  /** Names of built-in reporters, or paths to modules. */
  readonly reporters: readonly string[]
  /** Folder that reporters write into; null: they write no file. */
  readonly out: string | null
  readonly baseline: string | null
  readonly history: string | null
  /** Verdicts under way at once; null: one a processor, at most 4. */
  readonly jobs: number | null
  /** GiB that engines under way may need together; null: what is free. */
  readonly memory: number | null
  /** Seconds. */
  readonly timeout: number
  /** How long the oracle may take over a case. */
  readonly oracleMinutes: number
  readonly failOn: FailOn
  readonly require: boolean
  readonly nightly: boolean
}

export interface Setting<T> extends Kind<T> {
  /** As commander takes it, or null: only by variable and config. */
  readonly flag: string | null
  readonly variable: string
  /** Completes the help line of the flag. */
  readonly description: string
  readonly schema: z.ZodType<T>
  /** Computed in the order of the table; `before` holds the settings that stand above. */
  readonly fallback: (before: Partial<RunSettings>) => T
  /** The default in words. */
  readonly defaultText: string
}

const ownCases = join(packageRoot, 'cases')
const ifExists = (file: string) => (existsSync(file) ? file : null)

export const settings: { readonly [Name in keyof RunSettings]: Setting<RunSettings[Name]> } = {
  cases: {
    ...folder,
    flag: null,
    variable: 'PARITY_CASES',
    description: 'folder of the case files',
    fallback: () => (existsSync('cases') ? 'cases' : ownCases),
    defaultText: 'cases, or where there is none, those of this package',
  },
  recordings: {
    ...folder,
    flag: null,
    variable: 'PARITY_RECORDINGS',
    description: 'folder of the recorded traces',
    fallback: ({ cases }) => (cases === ownCases ? join(packageRoot, 'references/recorded') : 'references/recorded'),
    defaultText: 'references/recorded, beside the default cases',
  },
  engines: {
    ...listOf(source),
    flag: '-e, --engine <source>',
    variable: 'PARITY_ENGINE',
    description: 'engine under test (repeatable)',
    fallback: () => ['onnxruntime:cpu', 'onnxruntime:webgpu'],
    defaultText: 'onnxruntime:cpu,onnxruntime:webgpu',
  },
  reference: {
    ...source.orNull,
    flag: '-r, --reference <source>',
    variable: 'PARITY_REFERENCE',
    description: 'the truth',
    fallback: () => null,
    defaultText: 'recorded, else transformers, else the oracle',
  },
  reporters: {
    ...listOf(reporter),
    flag: '--reporter <name or path>',
    variable: 'PARITY_REPORTER',
    description: 'form of the report: a name, or a module of yours by its path (repeatable)',
    fallback: () => ['terminal', 'json'],
    defaultText: 'terminal,json',
  },
  out: {
    ...folder.orNull,
    flag: '-o, --out <folder>',
    variable: 'PARITY_OUT',
    description: 'folder that reporters write into',
    fallback: () => null,
    defaultText: 'no file is written',
  },
  baseline: {
    ...folder.orNull,
    flag: '--baseline <file>',
    variable: 'PARITY_BASELINE',
    description: 'accepted verdicts, to say what changed',
    fallback: () => ifExists('reports/baseline.json'),
    defaultText: 'reports/baseline.json, if there is one',
  },
  history: {
    ...folder.orNull,
    flag: '--history <file>',
    variable: 'PARITY_HISTORY',
    description: 'measurements of earlier runs',
    fallback: () => ifExists('reports/history.jsonl'),
    defaultText: 'reports/history.jsonl, if there is one',
  },
  jobs: {
    ...count.orNull,
    flag: '-j, --jobs <count>',
    variable: 'PARITY_JOBS',
    description: 'verdicts under way at once',
    fallback: () => null,
    defaultText: 'one a processor, at most 4',
  },
  memory: {
    ...count.orNull,
    flag: '--memory <GiB>',
    variable: 'PARITY_MEMORY',
    description: 'memory that the verdicts under way may need together',
    fallback: () => null,
    defaultText: 'what is free',
  },
  timeout: {
    ...count,
    flag: '--timeout <seconds>',
    variable: 'PARITY_TIMEOUT',
    description: 'how long an engine may be silent',
    fallback: () => 300,
    defaultText: '300',
  },
  oracleMinutes: {
    ...count,
    flag: '--oracle-minutes <minutes>',
    variable: 'PARITY_ORACLE_MINUTES',
    description: 'how long the oracle may take over a case; what is estimated to take longer is refused',
    fallback: () => usualOracleMinutes,
    defaultText: String(usualOracleMinutes),
  },
  failOn: {
    ...choice(failOnChoices),
    flag: '--fail-on <when>',
    variable: 'PARITY_FAIL_ON',
    description:
      'on which verdicts to exit 1: bad, drifted (those too), regressed (bad and not accepted as such), never',
    fallback: () => 'bad',
    defaultText: 'bad',
  },
  require: {
    ...toggle,
    flag: '--require',
    variable: 'PARITY_REQUIRE',
    description: 'exit 3 if an engine was skipped',
    fallback: () => false,
    defaultText: 'false',
  },
  nightly: {
    ...toggle,
    flag: '--nightly',
    variable: 'PARITY_NIGHTLY',
    description: 'also what cases leave to the nightly run',
    fallback: () => false,
    defaultText: 'false',
  },
}

export const settingNames = Object.keys(settings) as (keyof RunSettings)[]

/** The long form of a setting's flag, `--engine`, or null. */
export const flagOf = (name: keyof RunSettings): string | null =>
  /--[a-z-]+/.exec(settings[name].flag ?? '')?.[0] ?? null
