/** Markdown that fits where it is shown. */

const bytesOf = (text: string) => Buffer.byteLength(text)

/**
 * Keeps whole lines from the start until `limit` bytes of UTF-8, closes the code fences and `<details>` that are still
 * open there, and says how many lines are missing.
 */
export function cutMarkdown(text: string, limit: number): string {
  if (bytesOf(text) <= limit) return text
  const lines = text.trimEnd().split('\n')
  const open = new OpenBlocks()
  let kept = 0
  let size = 0
  let cut = ''
  for (const line of lines) {
    open.read(line)
    size += bytesOf(line) + 1
    const end = `${open.closing()}\n_${lines.length - kept - 1} lines are left out here: the whole report is an artifact of the run._\n`
    if (size + bytesOf(end) > limit) break
    kept += 1
    cut = end
  }
  return [...lines.slice(0, kept), cut].join('\n')
}

/** What is open behind the lines read so far. */
class OpenBlocks {
  #fence: string | null = null
  #details = 0

  read(line: string): void {
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line)
    if (this.#fence !== null) {
      if (fence?.[1]?.startsWith(this.#fence) === true && fence[2]?.trim() === '') this.#fence = null
      return
    }
    if (fence?.[1] !== undefined) this.#fence = fence[1]
    else this.#details += (line.match(/<details\b/g)?.length ?? 0) - (line.match(/<\/details>/g)?.length ?? 0)
  }

  closing(): string {
    return (this.#fence === null ? '' : `${this.#fence}\n`) + '\n</details>\n'.repeat(Math.max(0, this.#details))
  }
}
