import type { MakeReporter } from './reporter.js'

/** The built-in reporters. A writer is imported when it is asked for. */
export const reporters = {
  terminal: async () => (await import('./writers/terminal.js')).makeReporter,
  json: async () => (await import('./writers/json.js')).makeReporter,
  jsonl: async () => (await import('./writers/jsonl.js')).makeReporter,
  markdown: async () => (await import('./writers/markdown.js')).makeReporter,
  matrix: async () => (await import('./writers/matrix.js')).makeReporter,
  html: async () => (await import('./writers/html.js')).makeReporter,
  junit: async () => (await import('./writers/junit.js')).makeReporter,
  badge: async () => (await import('./writers/badge.js')).makeReporter,
  github: async () => (await import('./writers/github.js')).makeReporter,
} satisfies Record<string, () => Promise<MakeReporter>>

export type ReporterName = keyof typeof reporters

export const isReporterName = (name: string): name is ReporterName => Object.hasOwn(reporters, name)

/** Those that print and need no folder. */
const printers: readonly ReporterName[] = ['terminal', 'github']

/** Whether it is known of a reporter that it writes files; of somebody's own one it is not. */
export const writesFiles = (name: string): boolean => isReporterName(name) && !printers.includes(name)
