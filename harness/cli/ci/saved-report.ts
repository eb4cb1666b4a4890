import { join, resolve } from 'node:path'
import { outOf } from '../../ci/run-arguments.js'

/** The report that a command is about: the one that it is given, else the one that `parity ci run` wrote. */
export const savedReport = (file: string | undefined): string =>
  resolve(file ?? join(outOf(process.env), 'report.json'))
