#!/usr/bin/env node
/** The command `parity`: takes the command line, and says what was wrong with it. */
import { CommanderError } from 'commander'
import { ParityError } from '../errors.js'
import { makeProgram } from './program.js'

const wantsJson = process.argv.includes('--json')

// Whoever read along has gone, as `head` goes. The work is done all the same: files are written, the exit code is right.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

try {
  await makeProgram(wantsJson).parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** Says what went wrong in the form that was asked for; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    if (wantsJson)
      printError('PARITY_USAGE', error.message.replace(/^error: /, ''), 'parity --help shows what there is.')
    return 2
  }
  if (!ParityError.is(error)) throw error
  if (wantsJson) printError(error.code, error.message, error.hint)
  else process.stderr.write(`${error.message}\n${error.hint}\n`)
  return error.exitCode
}

function printError(code: string, message: string, hint: string): void {
  process.stdout.write(`${JSON.stringify({ error: { code, message, hint } })}\n`)
}
