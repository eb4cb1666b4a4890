import { execa } from 'execa'
import { ParityError } from '../../errors.js'

/** Runs uv for the environment of a source; what it prints goes to stderr. @throws ParityError PARITY_SOURCE */
export async function runUv(source: string, args: readonly string[], input?: string): Promise<void> {
  const { failed, exitCode, code } = await execa('uv', args, {
    ...(input === undefined ? {} : { input }),
    stdout: process.stderr,
    stderr: 'inherit',
    reject: false,
  })
  if (!failed) return
  const missing = code === 'ENOENT'
  throw new ParityError(
    'PARITY_SOURCE',
    missing
      ? `the Python environment of ${source} needs uv, which is not installed`
      : `uv ${args[0]} failed with exit code ${exitCode} for ${source}`,
    missing ? 'pip install uv, then run the command again.' : 'The lines above are uv’s own.',
  )
}
