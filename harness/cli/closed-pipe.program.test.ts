/** Whoever reads along may go before the end, as `head` does. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { committed, parityFile } from './parity.fixture.js'

/** Runs the command with nobody at the other end of its stdout. */
async function unheard(...args: readonly string[]) {
  const child = spawn(process.execPath, [parityFile, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, stderr }
}

it.each([
  [0, ['--help']],
  [0, ['run', '--help']],
  [0, ['inspect', committed('gemma-4-e2b-tiny')]],
  [0, ['inspect', committed('gemma-4-e2b-tiny'), '--json']],
  [3, ['inspect', committed('nowhere'), '--json']],
])('ends with exit code %s and says nothing of it: parity %j', async (exitCode, args) => {
  expect(await unheard(...args)).toEqual({ exitCode, stderr: '' })
})
