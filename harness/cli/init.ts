import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, relative, resolve, sep } from 'node:path'
import { parseCase } from '../cases/case-schema.js'
import { writeFirstCase } from '../cases/write-first-case.js'
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { ParityError } from '../errors.js'
import { knownTokens } from '../prompt/check-tokens.js'
import { openTokenizer } from '../prompt/open-tokenizer.js'
import { quoteShell } from './quote-shell.js'
import { locateForCommand } from './with-fetch-line.js'

interface InitOptions {
  readonly id?: string
  readonly out?: string
  readonly json?: true
}

/** `parity init` */
export async function initCommand(checkpoint: string, given: object): Promise<void> {
  const options = given as InitOptions
  const folder = await locateForCommand(checkpoint, options.json === true)
  const { config, layout } = await openCheckpoint(folder)
  const name = nameOf(checkpoint)
  const { id = `mine/${name}`, out = `cases/${name}.case.ts` } = options
  checkId(id)
  const file = resolve(out)
  if (!/\.case\.(?:m?[jt]s)$/.test(file))
    throw new ParityError('PARITY_USAGE', `${out} is not the name of a case file`, 'Such a name ends in .case.ts.')
  const text = writeFirstCase({
    id,
    checkpoint: checkpoint.startsWith('hub:') ? checkpoint : pathFrom(dirname(file), folder),
    ...(await readableForms(folder)),
    slidingWindow: config.slidingWindow,
    layout: layout.kind,
    vocabulary: knownTokens(config),
  })
  await createFile(file, text)
  const commands = [`npx parity run --case ${quoteShell(id)}`, `npx parity record --case ${quoteShell(id)}`]
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ file, case: id, commands })}\n`
      : `${relative('.', file)} is a case of yours. Run it, or record what transformers computes first (needs Python):\n` +
          commands.map((command) => `  ${command}\n`).join(''),
  )
}

/** Refuses an id that the case would be refused for. */
function checkId(id: string): void {
  const parsed = parseCase({ id, checkpoint: '.', prompts: [{ id: 'one', tokens: [2] }], generate: 1 })
  if ('why' in parsed)
    throw new ParityError('PARITY_USAGE', `--id '${id}': ${parsed.why}`, 'For example mine/my-gemma.')
}

/** Whether the checkpoint can read text, and chats. */
async function readableForms(folder: string): Promise<{ hasTokenizer: boolean; hasChatTemplate: boolean }> {
  let tokenizer
  try {
    tokenizer = await openTokenizer(folder)
    tokenizer.renderChat([{ role: 'user', content: 'Hello' }], { addGenerationPrompt: true })
    return { hasTokenizer: true, hasChatTemplate: true }
  } catch (error) {
    if (!ParityError.is(error)) throw error
    return { hasTokenizer: tokenizer !== undefined, hasChatTemplate: false }
  }
}

/** A word for files and ids: the folder's name, or the repository's. */
function nameOf(checkpoint: string): string {
  const last = checkpoint.startsWith('hub:')
    ? checkpoint.replace(/@.*$/, '').replace(/^.*\//, '')
    : basename(resolve(checkpoint))
  return last.toLowerCase().replace(/[^\w.-]+/g, '-')
}

/** A relative path with `/` in it, on Windows too. */
function pathFrom(from: string, to: string): string {
  const path = relative(from, to).split(sep).join('/')
  return path.startsWith('.') ? path : `./${path}`
}

/** Never in the place of a file that is there. */
async function createFile(file: string, text: string): Promise<void> {
  if (existsSync(file))
    throw new ParityError('PARITY_USAGE', `${file} is there already`, 'Name another file with --out, or remove it.')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text, { flag: 'wx' })
}
