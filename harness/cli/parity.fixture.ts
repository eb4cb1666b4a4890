import { join } from 'node:path'
import { execa } from 'execa'
import { packageRoot } from '../package-root.js'

export const parityFile = join(packageRoot, 'dist/cli/main.js')

export interface Ran {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command `parity` as users do. */
export async function parity(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [parityFile, ...args], {
    cwd: packageRoot,
    ...options,
    reject: false,
  })
  return { exitCode, stdout, stderr }
}

/** The same with `--json`, whose output must be one document. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what the document is, the caller knows
export async function parityJson<T>(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
) {
  const { exitCode, stdout, stderr } = await parity([...args, '--json'], options)
  return { exitCode, stderr, document: JSON.parse(stdout) as T }
}

/** Folder of a committed checkpoint. */
export const committed = (name: string): string => join(packageRoot, 'cases/checkpoints', name)
