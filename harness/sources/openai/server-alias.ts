/** A server that speaks OpenAI's interface, as `sources` in `parity.config.ts` names it. Numbers have the defaults of `defaults`. */
export interface ServerAlias {
  /** What its paths begin with: `http://127.0.0.1:8000/v1`. With `serve`, `{port}` stands for a free port. */
  readonly url: string
  /** Default: the only one that the server lists. `{checkpoint}` stands for the folder of the checkpoint. */
  readonly model?: string
  /** Name of the variable that holds the key; never the key itself. */
  readonly apiKey?: string
  /** What the server computes in, the default first: `float32` where nothing is said. */
  readonly dtypes?: readonly string[]
  /** How prompts are sent. Default: as token ids where the server takes them. */
  readonly prompt?: 'tokens' | 'text'
  /** Seconds that one request may take, its answer included. */
  readonly timeoutS?: number
  /** How often a request is sent again that failed for a passing reason. */
  readonly retries?: number
  /** Seconds before it is sent again the first time; each further time twice as long. */
  readonly pauseS?: number
  /** Prompts under way at once. */
  readonly concurrency?: number
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>
  /** How the harness starts the server itself. */
  readonly serve?: ServeCommand
}

export interface ServeCommand {
  /** The program and its arguments; `{checkpoint}`, `{port}`, `{dtype}` and `{threads}` are filled in. */
  readonly command: readonly string[]
  /** Path on the server that answers 200 once it is ready. Default: its list of models. */
  readonly ready?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Seconds that it may take to become ready. */
  readonly startS?: number
}

export const defaults = { timeoutS: 120, retries: 4, pauseS: 1, concurrency: 1, startS: 280 } as const
