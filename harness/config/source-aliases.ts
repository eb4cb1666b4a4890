/** Sources of the user's own: names for programs that speak the worker protocol. docs/add-an-engine.md */
import { resolve } from 'node:path'
import { z } from 'zod'

const list = { error: 'is not a list of texts' }
const names = z.array(z.string(list), list).min(1, { error: 'is empty' })

const sourceAlias = z.strictObject(
  {
    command: names.describe('The program and its arguments.'),
    env: z.record(z.string(), z.string()).optional().describe('Variables that it gets beside those of parity.'),
    cwd: z.string().optional().describe('Folder that it starts in. Default: that of the config.'),
    devices: names.optional().describe('What it can be asked for, the preferred one first. Default: cpu.'),
    dtypes: names.optional().describe('The default first. Default: float32.'),
    options: z.record(z.string(), z.unknown()).optional().describe('Handed to it when it opens a checkpoint.'),
  },
  { error: ({ code }) => (code === 'invalid_type' ? 'is not an object with a command' : undefined) },
)

export type SourceAlias = Readonly<z.output<typeof sourceAlias>>

export const sourceAliases = z
  .record(z.string(), sourceAlias, { error: 'is not an object' })
  .superRefine((aliases, context) => {
    const wrong = Object.keys(aliases).find((name) => !/^[a-z][a-z0-9-]*$/.test(name))
    const message = 'is no name of a source: those are of lower-case letters, digits and -'
    if (wrong !== undefined) context.addIssue({ code: 'custom', path: [wrong], message })
  })
  .describe('Engines of your own, by the names that they have on the command line. docs/add-an-engine.md')

/** They start in the folder of the config. */
export const moveAliases = (
  aliases: Readonly<Record<string, SourceAlias>>,
  folder: string,
): Readonly<Record<string, SourceAlias>> =>
  Object.fromEntries(
    Object.entries(aliases).map(([name, alias]) => [name, { ...alias, cwd: resolve(folder, alias.cwd ?? '.') }]),
  )
