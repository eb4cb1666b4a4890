/** Inputs of the Action as arguments of `parity run`. Inputs come as environment variables, so no shell reads them. */

/** Where a run of the Action writes when it is not told. */
export const defaultOut = 'parity-report'

/** What the later steps read, added to whatever reporters are asked for. */
const needed = ['terminal', 'json', 'jsonl']
const defaultReporters = ['markdown', 'html', 'junit', 'badge', 'github']

export type Environment = Readonly<Record<string, string | undefined>>

/** An input that is not left empty. GitHub gives inputs that nobody set as empty text. */
export const inputOf = (environment: Environment, name: string): string | undefined => {
  const text = environment[`INPUT_${name}`]?.trim()
  return text === '' ? undefined : text
}

/** Arguments behind `parity`. Further ones (`INPUT_ARGS`, one a line) stand first, so they cannot move the report. */
export function makeRunArguments(environment: Environment): string[] {
  const flag = (name: string, value: string | undefined) => (value === undefined ? [] : [`--${name}=${value}`])
  const list = (name: string, input: string, separator: RegExp) =>
    splitInput(inputOf(environment, input), separator).flatMap((value) => flag(name, value))
  const reporters = splitInput(inputOf(environment, 'REPORTERS') ?? defaultReporters.join(), /[\n,]/)
  const baseline = inputOf(environment, 'BASELINE')
  return [
    'run',
    ...splitInput(inputOf(environment, 'ARGS'), /\n/),
    ...list('engine', 'ENGINE', /[\n,]/),
    ...list('case', 'CASES', /[\n,]/),
    ...(baseline === 'none' ? ['--no-baseline'] : flag('baseline', baseline)),
    ...flag('history', inputOf(environment, 'HISTORY')),
    ...flag('fail-on', inputOf(environment, 'FAIL_ON')),
    ...flag('shard', inputOf(environment, 'SHARD')),
    ...[...new Set([...needed, ...reporters])].flatMap((reporter) => flag('reporter', reporter)),
    ...flag('out', outOf(environment)),
  ]
}

/** Folder of the report, relative to the working directory. */
export const outOf = (environment: Environment): string => inputOf(environment, 'OUT') ?? defaultOut

const splitInput = (text: string | undefined, separator: RegExp): string[] =>
  (text ?? '')
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')
