/**
 * The oracle's process: references/oracle/worker.py in Pyodide, a Python in WebAssembly, so that none need be installed.
 * Python answers the requests. It sees the folders that they name, under the names that they have on this machine.
 */
import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { loadPyodide, type PyodideAPI } from 'pyodide'
import { packageRoot } from '../../package-root.js'
import { openChannel } from '../../workers/channel.js'
import { readOwnPeakBytes } from '../../workers/memory.js'

interface Request {
  readonly id?: unknown
  readonly do?: unknown
  readonly checkpoint?: unknown
  readonly save?: unknown
}
/** The part of Emscripten's file system that is used here; its own types are not part of pyodide's. */
interface FileSystem {
  readonly filesystems: { readonly NODEFS: object }
  mkdirTree(path: string): void
  mount(type: object, options: { root: string }, path: string): void
}
type Emit = (message: string) => void
type Answer = (request: string, emit: Emit) => string

const python = `
import sys
sys.dont_write_bytecode = True
sys.path[:0] = [references, references + "/oracle"]

from protocol import answer, from_json, to_json
from worker import Oracle

oracle = Oracle()
lambda request, emit: to_json(answer(oracle, from_json(request), lambda message: emit(to_json(message))))
`

const { send } = openChannel()
const mounted = new Set<string>()
const print = (line: string) => void process.stderr.write(`${line}\n`)
const pyodide = await loadPyodide({ stdout: print, stderr: print })
const answer = boot(pyodide)

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() !== '') send(reply(line))
}

function boot(api: PyodideAPI): Answer {
  const globals = api.globals as unknown as Map<string, string>
  globals.set('references', show(join(packageRoot, 'references')))
  globals.set('__name__', 'oracle')
  return api.runPython(python) as Answer
}

function reply(line: string): object {
  let request: Request | null = null
  try {
    request = JSON.parse(line) as Request
    const emit: Emit = (message) => {
      send(JSON.parse(message) as object)
    }
    const answered = JSON.parse(answer(JSON.stringify(withPaths(request)), emit)) as object
    return 'peakBytes' in answered ? { ...answered, peakBytes: readOwnPeakBytes() } : answered
  } catch (error) {
    const code = request === null ? 'bad-request' : 'failed'
    return { id: request?.id ?? null, error: { code, message: String(error), stage: request?.do ?? null } }
  }
}

/** Mounts what the request names, and names it as Python sees it. */
function withPaths(request: Request): Request {
  if (request.do === 'open' && typeof request.checkpoint === 'string') {
    return { ...request, checkpoint: showCheckpoint(request.checkpoint) }
  }
  if (request.do === 'observe' && typeof request.save === 'string') {
    const file = resolve(request.save)
    return { ...request, save: `${show(dirname(file))}/${basename(file)}` }
  }
  return request
}

/** In a Hugging Face cache a checkpoint's files are links to `blobs`, beside the `snapshots` that it lies in. */
function showCheckpoint(path: string): string {
  if (!existsSync(path)) return path // Python says so.
  const folder = realpathSync(path)
  const parent = dirname(folder)
  if (basename(parent) !== 'snapshots') return show(folder)
  return `${show(dirname(parent))}/snapshots/${basename(folder)}`
}

/** Mounts a folder of this machine, if it exists. Returns where Python sees it: the same path, spelt as on POSIX. */
function show(folder: string): string {
  const path = folder.startsWith('/') ? folder : `/${folder.replaceAll('\\', '/')}`
  if (!mounted.has(path) && existsSync(folder)) {
    const files = pyodide.FS as unknown as FileSystem
    files.mkdirTree(path)
    files.mount(files.filesystems.NODEFS, { root: folder }, path)
    mounted.add(path)
  }
  return path
}
