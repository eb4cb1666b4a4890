import { constants } from 'node:fs'
import { mkdir, open, realpath, type FileHandle } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { writeFileAtomically } from '../write-file.js'
import type { Artifact } from './reporter.js'

/** A file that grows by lines. */
interface Stream {
  readonly reporter: string
  /** Lines that no file has yet. */
  held: string[]
  /** For more lines, once the file is there. */
  file: FileHandle | null
}

/**
 * The one place that writes what reporters make. Every path stays inside the folder, and belongs to the reporter that
 * named it first.
 */
export class OutputFolder {
  readonly #folder: string | null
  /** Path, whatever its case, → reporter. */
  readonly #owners = new Map<string, string>()
  readonly #streams = new Map<string, Stream>()
  /** Reporters whose lines are held no longer. */
  readonly #begun = new Set<string>()
  /** Ends when every line given so far is on disk. */
  #written = Promise.resolve()

  /** `null`: there is none, so that nothing can be written. */
  constructor(folder: string | null) {
    this.#folder = folder
  }

  /** Writes the artifacts of a reporter, each whole or not at all, once all their paths have been checked. */
  async write(reporter: string, artifacts: readonly Artifact[]): Promise<void> {
    for (const { path } of artifacts) this.#claim(reporter, path)
    if (new Set(artifacts.map(({ path }) => keyOf(path))).size < artifacts.length)
      throw new Error('two of its artifacts have the same path')
    for (const { path, content } of artifacts) await writeFileAtomically(await this.#prepare(path), content)
  }

  /**
   * Adds a line to a file that begins anew with each run. It is on disk when this resolves, except before `begin`: lines
   * given until then are written together, so that a kill leaves the file of the run before or all of them.
   */
  append(reporter: string, path: string, line: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#claim(reporter, path)
      if (/[\r\n]/.test(line)) throw new Error(`a line for ${JSON.stringify(path)} is more than one`)
      const stream = this.#streams.get(path) ?? { reporter, held: [], file: null }
      this.#streams.set(path, stream)
      stream.held.push(line)
      if (this.#begun.has(reporter)) await this.#flush(path, stream)
    })
  }

  /** Writes the lines of a reporter that are held. */
  begin(reporter: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#begun.add(reporter)
      for (const [path, stream] of this.#streams) if (stream.reporter === reporter) await this.#flush(path, stream)
    })
  }

  async close(): Promise<void> {
    await this.#written
    for (const { file } of this.#streams.values()) await file?.close()
    this.#streams.clear()
  }

  /** Lines stand in the order in which they were given, even if nobody waited for them. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#written.then(work)
    this.#written = done.catch(() => undefined)
    return done
  }

  async #flush(path: string, stream: Stream): Promise<void> {
    const text = stream.held.map((line) => `${line}\n`).join('')
    if (stream.file === null) {
      const file = await this.#prepare(path)
      await writeFileAtomically(file, text)
      stream.file = await open(file, constants.O_WRONLY | constants.O_APPEND)
    } else {
      await stream.file.appendFile(text)
    }
    stream.held = []
    await stream.file.datasync()
  }

  #claim(reporter: string, path: string): void {
    checkPath(path)
    const owner = this.#owners.get(keyOf(path)) ?? reporter
    if (owner !== reporter) throw new Error(`${JSON.stringify(path)} is a file of the reporter ${owner}`)
    this.#owners.set(keyOf(path), owner)
  }

  /** The absolute path, its folder made. A link among its folders may not lead out. */
  async #prepare(path: string): Promise<string> {
    if (this.#folder === null) throw new Error(`there is no folder for ${JSON.stringify(path)}: add --out`)
    await mkdir(this.#folder, { recursive: true })
    const home = await realpath(this.#folder)
    const file = join(home, path)
    await refuseLinks(home, dirname(file))
    await mkdir(dirname(file), { recursive: true })
    return file
  }
}

const keyOf = (path: string) => path.toLowerCase()

/** Names between slashes, none of which means a folder above, a drive or a device. */
function checkPath(path: unknown): void {
  const isPlain =
    typeof path === 'string' &&
    path.split('/').every((name) => /^[^\\:*?"<>|\p{Cc}]+$/u.test(name) && !/^\.+$|^\s|[\s.]$/.test(name))
  if (!isPlain) throw new Error(`${JSON.stringify(path)} is not a path inside the output folder`)
}

/** Looks at what is there before anything is made in it. */
async function refuseLinks(home: string, folder: string): Promise<void> {
  if (folder === home) return
  await refuseLinks(home, dirname(folder))
  const actual = await realpath(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return folder
    throw error
  })
  if (!actual.startsWith(home + sep)) throw new Error(`${folder} leads to ${actual}, outside the output folder`)
}
