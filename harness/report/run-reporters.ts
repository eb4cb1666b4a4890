import { ParityError } from '../errors.js'
import type { Report } from './build.js'
import type { NamedReporter } from './load-reporters.js'
import type { Artifact, MakeReporter, Reached, Reporter, ReporterContext, RunStart } from './reporter.js'
import { OutputFolder } from './write-artifacts.js'

/**
 * All reporters of a run. Each is awaited before the next, and a verdict is with all of them before the run goes on. A
 * reporter that throws is told nothing more, since nobody knows what state it is in; the others and the run go on.
 */
export class Reporters implements AsyncDisposable {
  readonly #output: OutputFolder
  readonly #say: (sentence: string) => void
  /** By the name that was asked for; those that failed are gone. */
  readonly #working = new Map<string, Reporter>()
  readonly #failed: string[] = []

  /**
   * `say` gets what goes wrong, a sentence a reporter.
   *
   * @throws ParityError PARITY_REPORTER where one cannot be made
   */
  constructor(
    named: readonly NamedReporter[],
    out: string | null,
    context: Omit<ReporterContext, 'append'>,
    say: (sentence: string) => void,
  ) {
    this.#output = new OutputFolder(out)
    this.#say = say
    for (const { name, makeReporter } of named) {
      const append = (path: string, line: string) => {
        const done = this.#output.append(name, path, line)
        // Whoever does not wait for it learns of it nevertheless.
        done.catch((error: unknown) => {
          this.#fail(name, `at a line for ${path}`, error)
        })
        return done
      }
      this.#working.set(name, make(name, makeReporter, { ...context, append }))
    }
  }

  /** Names of the reporters whose report is missing. */
  get failed(): readonly string[] {
    return this.#failed
  }

  /** `kept` are verdicts of a run that this one resumes; a file of streamed lines is replaced once they are in it. */
  async start(start: RunStart, kept: readonly Reached[] = []): Promise<void> {
    await this.#each('at the start', (reporter) => reporter.onStart?.(start))
    for (const reached of kept) await this.verdict(reached)
    await this.#each('at the start', (_, name) => this.#output.begin(name))
  }

  async verdict(reached: Reached): Promise<void> {
    await this.#each(`at ${reached.cell}`, (reporter) => reporter.onVerdict?.(reached))
  }

  /** Ends every reporter and writes its artifacts. */
  async end(report: Report): Promise<void> {
    await this.#each('at the end', async (reporter, name) => {
      const artifacts: unknown = await reporter.onEnd(report)
      if (!Array.isArray(artifacts)) throw new Error('onEnd gave no list of artifacts')
      await this.#output.write(name, artifacts as Artifact[])
    })
    if (this.#failed.length > 0) this.#say(`Missing: the report of ${this.#failed.join(', ')}.`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#output.close()
  }

  async #each(when: string, tell: (reporter: Reporter, name: string) => unknown): Promise<void> {
    for (const [name, reporter] of this.#working) {
      try {
        await tell(reporter, name)
      } catch (error) {
        this.#fail(name, when, error)
      }
    }
  }

  #fail(name: string, when: string, error: unknown): void {
    if (!this.#working.delete(name)) return
    this.#failed.push(name)
    this.#say(`The reporter ${name} failed ${when}: ${describe(error)}`)
  }
}

function make(name: string, makeReporter: MakeReporter, context: ReporterContext): Reporter {
  try {
    return makeReporter(context)
  } catch (cause) {
    throw new ParityError(
      'PARITY_REPORTER',
      `the reporter ${name} cannot be made: ${describe(cause)}`,
      'Mend or omit it.',
      {
        cause,
      },
    )
  }
}

const describe = (error: unknown) => (error instanceof Error ? error.message : String(error))
