import { filterCases } from '../cases/filter-cases.js'
import type { LoadedCase } from '../cases/load-cases.js'
import type { RunSettings } from '../config/settings.js'
import { ParityError } from '../errors.js'
import { adHocCase, recordedCasesOf } from './ad-hoc-case.js'
import { parseCount } from './parse.js'
import type { Project } from './project.js'
import type { RunOptions } from './run-options.js'
import { statePrompts } from './state-prompts.js'
import { locateForCommand } from './with-fetch-line.js'

/**
 * The cases of the project that are selected; with `--checkpoint` those that were recorded from it, or else one made for
 * it.
 *
 * @throws ParityError PARITY_USAGE for flags that do not go together
 */
export async function chooseCases(
  options: RunOptions,
  { reference }: Pick<RunSettings, 'reference'>,
  project: Project,
): Promise<LoadedCase[]> {
  const prompts = statePrompts(options)
  if (options.checkpoint === undefined) {
    if (prompts.length > 0)
      throw new ParityError(
        'PARITY_USAGE',
        '--tokens, --text and --chat go with --checkpoint',
        'The prompts of a case stand in its file.',
      )
    return filterCases(project.cases, options)
  }
  const selecting = (['case', 'tag', 'suite'] as const).find((flag) => options[flag] !== undefined)
  if (selecting !== undefined)
    throw new ParityError('PARITY_USAGE', `--${selecting} and --checkpoint exclude each other`, 'Take one of them.')
  const generate = parseCount('--generate', options.generate)
  const folder = await locateForCommand(options.checkpoint, options.json === true)
  if (prompts.length === 0 && (reference ?? 'recorded') === 'recorded') {
    const recorded = await recordedCasesOf(folder, project)
    if (recorded.length > 0) return recorded
  }
  return [await adHocCase(folder, prompts, generate)]
}
