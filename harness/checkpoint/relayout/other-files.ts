import { readdir } from 'node:fs/promises'
import { extname } from 'node:path'
import { findContainedFile } from '../contained-file.js'
import { compareNames } from './plan-shards.js'

export interface OtherFiles {
  /** Path within the folder → real path, in the order of the names. */
  readonly copied: ReadonlyMap<string, string>
  /** What is in the source and stays there, and why, a sentence each. */
  readonly notes: readonly string[]
}

const texts = ['.json', '.jinja', '.model', '.tiktoken', '.txt', '.md']
const weights = [
  ...['.safetensors', '.bin', '.pt', '.pth', '.ckpt', '.pkl', '.pickle', '.gguf', '.ggml', '.h5', '.msgpack', '.ot'],
  ...['.onnx', '.onnx_data', '.npz', '.tflite', '.task', '.litertlm', '.mlmodel', '.nemo'],
]
const indexFile = /\.(?:safetensors|bin|pt|msgpack|h5)\.index\.json$/
/** A folder that belongs to a tokenizer: the templates beside the default one. */
const templates = 'additional_chat_templates'

/**
 * The files of a checkpoint beside config and weights: tokenizer, chat template, processor and generation configs,
 * README, licence. `used`: names of the weights files. Throws PARITY_CHECKPOINT for a link out of the folder.
 */
export async function findOtherFiles(folder: string, used: Iterable<string>): Promise<OtherFiles> {
  const known = new Set(['config.json', ...used])
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !known.has(name) && !name.startsWith('.') && !indexFile.test(name))
    .sort((one, other) => compareNames(one.name, other.name))

  const copied = new Map<string, string>()
  const left = { weights: [] as string[], folders: [] as string[], others: [] as string[] }
  for (const entry of entries) {
    const { name } = entry
    if (entry.isDirectory()) {
      if (name !== templates) left.folders.push(name)
      else for (const [path, file] of await findTemplates(folder)) copied.set(path, file)
      continue
    }
    const file = belongs(name) ? await findContainedFile(folder, name) : undefined
    if (file !== undefined) copied.set(name, file)
    else (isWeights(name) ? left.weights : left.others).push(name)
  }
  const note = (names: readonly string[], what: string) =>
    names.length === 0 ? [] : [`not copied, ${what}: ${names.join(', ')}`]
  return {
    copied,
    notes: [
      ...note(left.weights, 'weights of another format or outside the index'),
      ...note(left.folders, 'folders'),
      ...note(left.others, 'not of a checkpoint'),
    ],
  }
}

const isWeights = (name: string) => weights.includes(extname(name).toLowerCase())
const belongs = (name: string) =>
  texts.includes(extname(name).toLowerCase()) || /^(?:README|LICEN[CS]E|NOTICE|USE_POLICY)$/i.test(name)

async function findTemplates(folder: string): Promise<[string, string][]> {
  const found: [string, string][] = []
  const names = (await readdir(`${folder}/${templates}`)).sort(compareNames)
  for (const path of names.filter((name) => name.endsWith('.jinja')).map((name) => `${templates}/${name}`)) {
    const file = await findContainedFile(folder, path)
    if (file !== undefined) found.push([path, file])
  }
  return found
}
