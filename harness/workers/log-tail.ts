const byteLimit = 64 * 1024
const lineLimit = 200

/** The last lines of an endless stream: at most 200 of them, at most 64 KiB. */
export class LogTail {
  #chunks: Buffer[] = []
  #length = 0

  push(chunk: Buffer): void {
    const kept = chunk.length > byteLimit ? Buffer.from(chunk.subarray(-byteLimit)) : chunk
    this.#chunks.push(kept)
    this.#length += kept.length
    if (this.#length > 4 * byteLimit) this.#shorten()
  }

  /** Of a line that was rewritten in place, as progress bars do, only its last state. */
  text(): string {
    this.#shorten()
    const lines = Buffer.concat(this.#chunks).toString('utf8').trimEnd().split('\n')
    return lines
      .slice(-lineLimit)
      .map((line) => line.trimEnd().replace(/^[^]*\r/, ''))
      .join('\n')
  }

  #shorten(): void {
    const kept = Buffer.concat(this.#chunks).subarray(-byteLimit)
    this.#chunks = [Buffer.from(kept)]
    this.#length = kept.length
  }
}
