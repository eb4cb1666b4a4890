/** Sources of the user's own: names for programs that speak the worker protocol. docs/add-an-engine.md */
import { resolve } from 'node:path'
import { z } from 'zod'
import { isSourceId } from '../source-id.js'

const list = { error: 'is not a list of texts' }
const names = z.array(z.string(list), list).min(1, { error: 'is empty' })

const options = z.record(z.string(), z.unknown()).optional().describe('Handed to it when it opens a checkpoint.')

const commandAlias = z
  .strictObject({
    command: names.describe('The program and its arguments.'),
    env: z.record(z.string(), z.string()).optional().describe('Variables that it gets beside those of parity.'),
    cwd: z.string().optional().describe('Folder that it starts in. Default: that of the config.'),
    devices: names.optional().describe('What it can be asked for, the preferred one first. Default: cpu.'),
    dtypes: names.optional().describe('The default first. Default: float32.'),
    options,
  })
  .describe('A program that speaks the worker protocol.')

const renamedAlias = z
  .strictObject({
    source: z
      .string()
      .refine(isSourceId, { error: 'is not name[@version][:device][/dtype]' })
      .describe('The source that it is; version, device and dtype are defaults.'),
    python: z.string().optional().describe('An interpreter of your own, for unreleased code.'),
    env: z.record(z.string(), z.string()).optional().describe('Variables of that interpreter, such as PYTHONPATH.'),
    options,
  })
  .describe('A source of parity under another name, with an interpreter or options of its own.')

const text = z.string({ error: 'is not a text' })
const seconds = z.number().positive()
const variables = z.record(z.string(), z.string())

const urlAlias = z
  .strictObject({
    url: text
      .refine(isServerAddress, { error: 'is no http or https address without a user' })
      .describe('What its paths begin with: http://127.0.0.1:8000/v1. With serve, {port} is a free port.'),
    model: text.optional().describe('Default: the only one that it lists. {checkpoint} is the checkpoint’s folder.'),
    apiKey: text
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'is no name of a variable' })
      .optional()
      .describe('Name of the variable that holds the key.'),
    dtypes: names.optional().describe('What it computes in, the default first. Default: float32.'),
    prompt: z.enum(['tokens', 'text']).optional().describe('Default: tokens where the server takes them.'),
    timeoutS: seconds.max(300).optional().describe('Seconds that one request may take. Default: 120.'),
    retries: z.int().min(0).max(20).optional().describe('How often a passing failure is tried again. Default: 4.'),
    pauseS: seconds.optional().describe('Seconds before that; each further time twice as long. Default: 1.'),
    concurrency: z.int().positive().max(256).optional().describe('Prompts under way at once. Default: 1.'),
    headers: variables.optional().describe('Sent with each request.'),
    serve: z
      .strictObject({
        command: names.describe('Program and arguments, with {checkpoint}, {port}, {dtype} and {threads}.'),
        ready: text.optional().describe('Path that answers 200 once it is ready. Default: its list of models.'),
        env: variables.optional().describe('Variables that it gets beside those of parity.'),
        cwd: text.optional().describe('Folder that it starts in. Default: that of the config.'),
        startS: seconds.optional().describe('Seconds that it may take to become ready. Default: 280.'),
      })
      .optional()
      .describe('Starts the server for each checkpoint, and stops it.'),
  })
  .describe('A server that speaks OpenAI’s interface.')

function isServerAddress(url: string): boolean {
  const address = url.replace('{port}', '1')
  if (!URL.canParse(address)) return false
  const { protocol, username, password } = new URL(address)
  return ['http:', 'https:'].includes(protocol) && username === '' && password === ''
}

/** By the field that each of them must have. */
const kinds = { command: commandAlias, source: renamedAlias, url: urlAlias } as const

export type SourceAlias = {
  readonly [kind in keyof typeof kinds]: Readonly<z.output<(typeof kinds)[kind]>>
}[keyof typeof kinds]

const sourceAlias = z.union(Object.values(kinds) as [typeof commandAlias, typeof renamedAlias, typeof urlAlias], {
  error: `is not an object with one of: ${Object.keys(kinds).join(', ')}`,
})

export const sourceAliases = z
  .record(z.string(), sourceAlias, { error: 'is not an object' })
  .superRefine((aliases, context) => {
    const wrong = Object.keys(aliases).find((name) => !/^[a-z][a-z0-9-]*$/.test(name))
    const message = 'is no name of a source: those are of lower-case letters, digits and -'
    if (wrong !== undefined) context.addIssue({ code: 'custom', path: [wrong], message })
  })
  .describe('Engines of your own, by the names that they have on the command line. docs/add-an-engine.md')

/** Programs start in the folder of the config, and interpreters are looked for from there. */
export const moveAliases = (
  aliases: Readonly<Record<string, SourceAlias>>,
  folder: string,
): Readonly<Record<string, SourceAlias>> =>
  Object.fromEntries(Object.entries(aliases).map(([name, alias]) => [name, moveAlias(alias, folder)]))

function moveAlias(alias: SourceAlias, folder: string): SourceAlias {
  if ('command' in alias) return { ...alias, cwd: resolve(folder, alias.cwd ?? '.') }
  if ('url' in alias) {
    const { serve } = alias
    return serve === undefined ? alias : { ...alias, serve: { ...serve, cwd: resolve(folder, serve.cwd ?? '.') } }
  }
  const { python } = alias
  // A name without a folder is a program on the path.
  const isPath = python !== undefined && /[\\/]/.test(python)
  return isPath ? { ...alias, python: resolve(folder, python) } : alias
}
