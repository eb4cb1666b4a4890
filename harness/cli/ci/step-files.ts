/** Files through which a step tells GitHub something. */
import { appendFile, readFile } from 'node:fs/promises'
import { cutMarkdown } from '../../ci/cut-markdown.js'
import { formatOutputs } from '../../ci/outputs.js'
import { ParityError } from '../../errors.js'

/** Longest summary of a step that GitHub shows, in bytes; it drops a longer one altogether. */
const longestSummary = 1024 * 1024

export async function writeOutputs(outputs: Readonly<Record<string, string | number>>): Promise<void> {
  await appendFile(stepFile('GITHUB_OUTPUT'), formatOutputs(outputs))
}

export async function writeSummary(markdown: string): Promise<void> {
  const file = stepFile('GITHUB_STEP_SUMMARY')
  const before = await readFile(file).catch(() => Buffer.alloc(0))
  await appendFile(file, cutMarkdown(markdown, longestSummary - before.length))
}

/** @throws ParityError PARITY_USAGE outside of GitHub */
function stepFile(variable: string): string {
  const file = process.env[variable]
  if (file !== undefined && file !== '') return file
  throw new ParityError(
    'PARITY_USAGE',
    `${variable} is not set`,
    'GitHub sets it in each step of a workflow; elsewhere set it to a file of your own.',
  )
}
