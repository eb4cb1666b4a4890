import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { execa } from 'execa'
import { ParityError } from '../errors.js'
import { parseBaseline, readBaseline, type Baseline } from '../report/baseline.js'
import type { Report } from '../report/build.js'
import { readReport } from '../report/read-report.js'

/**
 * What `--since` names: a report, its folder or a baseline if there is such a path, else the baseline of a git revision.
 * `baseline` is where the project keeps its own.
 *
 * @throws ParityError PARITY_USAGE for a name that is neither, PARITY_REPORT or PARITY_BASELINE for what cannot be read
 */
export async function openEarlier(ref: string, baseline: string): Promise<Report | Baseline> {
  if (!existsSync(ref)) return readFromGit(ref, baseline)
  return (await isBaseline(ref)) ? readBaseline(ref) : readReport(ref)
}

async function isBaseline(file: string): Promise<boolean> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'))
    return typeof content === 'object' && content !== null && 'acceptedAt' in content
  } catch {
    // What is wrong with it, the reader of reports says.
    return false
  }
}

/** The reference is never taken for a flag of git, and no shell sees it. */
async function readFromGit(ref: string, baseline: string): Promise<Baseline> {
  const file = `./${relative('.', baseline).split(sep).join('/')}`
  if (ref === '' || ref.startsWith('-'))
    throw new ParityError('PARITY_USAGE', `--since '${ref}' names neither a file nor a git revision`, hintOf(file))
  const { failed, stdout, stderr, code } = await execa('git', ['cat-file', 'blob', `${ref}:${file}`], {
    reject: false,
    env: { LC_ALL: 'C' },
    stripFinalNewline: false,
  })
  if (!failed) return parseBaseline(stdout, `${ref}:${file}`)
  const why =
    code === 'ENOENT'
      ? 'git is not installed'
      : stderr
          .trim()
          .split('\n')[0]
          .replace(/^fatal: /, '')
  throw new ParityError(
    'PARITY_USAGE',
    `--since ${ref} is no file, and git finds no ${file.slice(2)} there: ${why}`,
    hintOf(file),
  )
}

const hintOf = (file: string) =>
  `Name a report, a baseline, or a commit, branch or tag that has ${file.slice(2)} (parity accept writes it).`
