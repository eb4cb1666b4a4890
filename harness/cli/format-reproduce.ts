import { ownTokenizer } from '../run/cells.js'
import { quoteShell } from './quote-shell.js'
import type { RunOptions } from './run-options.js'

/** The command that shows one verdict of a run again. */
export function formatReproduce(options: RunOptions, reference: string | null, caseId: string, engine: string): string {
  const { checkpoint, defect, generate, config } = options
  const prompts = (['tokens', 'text', 'chat'] as const).flatMap((flag) =>
    (options[flag] ?? []).flatMap((value) => [`--${flag}`, value]),
  )
  const what =
    checkpoint === undefined ? ['--case', caseId] : ['--checkpoint', checkpoint, ...prompts, '--generate', generate]
  // A tokenizer case runs whatever the engines.
  const on = engine === ownTokenizer ? [] : ['--engine', engine]
  const rest = [
    ...(reference === null ? [] : ['--reference', reference]),
    ...(defect === undefined ? [] : ['--defect', defect]),
    ...(config === undefined ? [] : ['--config', config]),
  ]
  return ['npx parity run', ...[...what, ...on, ...rest].map(quoteShell)].join(' ')
}
