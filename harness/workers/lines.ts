/** Cuts a stream of bytes into lines of bounded length. */
export class LineSplitter {
  readonly #limit: number
  #chunks: Buffer[] = []
  #length = 0

  /** @param limit the longest line, in bytes */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** The lines that `chunk` completes, without their ends. Throws `LineTooLong`. */
  push(chunk: Buffer): string[] {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      this.#hold(chunk.subarray(start, end))
      lines.push(this.#take())
      start = end + 1
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start))
    return lines
  }

  /** What came after the last line's end. */
  rest(): string {
    return this.#take()
  }

  #hold(part: Buffer): void {
    this.#chunks.push(part)
    this.#length += part.length
    if (this.#length > this.#limit) throw new LineTooLong(this.#limit, this.#take().slice(0, 1000))
  }

  #take(): string {
    const line = Buffer.concat(this.#chunks).toString('utf8')
    this.#chunks = []
    this.#length = 0
    return line
  }
}

export class LineTooLong extends Error {
  /** How the line starts. */
  readonly start: string

  constructor(limit: number, start: string) {
    super(`a line is longer than ${limit} bytes`)
    this.name = 'LineTooLong'
    this.start = start
  }
}

/** A line as a message may show it: cut short, and without a character that could move a terminal's cursor. */
export function quoteLine(line: string, length = 200): string {
  const shown = line.length > length ? `${line.slice(0, length)}…` : line
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
