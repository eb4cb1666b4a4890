import { quoteShell } from './quote-shell.js'

/** The command line of this process, as it can be pasted into a shell. */
export const commandLine = (): string => ['parity', ...process.argv.slice(2).map(quoteShell)].join(' ')
