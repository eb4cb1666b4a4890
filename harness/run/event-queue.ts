/** Hands what is pushed to one reader, in order, and ends when `end` was called and everything is read. */
export class EventQueue<T> implements AsyncIterable<T> {
  #waiting: T[] = []
  #ended = false
  #wake: () => void = () => undefined

  push(value: T): void {
    this.#waiting.push(value)
    this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const [next] = this.#waiting.splice(0, 1)
      if (next !== undefined) yield next
      else if (this.#ended) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
