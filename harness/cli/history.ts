import { execa } from 'execa'
import { loadConfig } from '../config/load-config.js'
import { settingsOf, settle } from '../config/settle.js'
import { ParityError } from '../errors.js'
import { appendHistory, pointOf } from '../report/history.js'
import { readReport } from '../report/read-report.js'
import { spellNonFinite } from '../spell-non-finite.js'

interface HistoryOptions {
  readonly commit?: string
  readonly json?: true
}

/** `parity history` */
export async function historyCommand(file = 'reports/report.json', given: object): Promise<void> {
  const { commit, json } = given as HistoryOptions
  if (commit !== undefined && !/^[0-9a-f]{7,64}$/i.test(commit))
    throw new ParityError('PARITY_USAGE', `--commit ${commit} is not a commit's hash`, 'For example --commit 1a2b3c4.')
  const settings = settingsOf(settle(given, process.env, await loadConfig()))
  const history = settings.history ?? 'reports/history.jsonl'
  const point = pointOf(await readReport(file), commit ?? (await findCommit()))
  const isAdded = await appendHistory(history, point)
  const count = Object.keys(point.verdicts).length
  const what = `the run of ${point.at} with ${count === 1 ? '1 verdict' : `${count} verdicts`}`
  process.stdout.write(
    json === true
      ? `${JSON.stringify({ history, isAdded, point }, spellNonFinite, 2)}\n`
      : `${history}: ${isAdded ? `added ${what}` : `${what} is there already`}\n`,
  )
}

/** Of the current folder; null where there is no git or no repository. */
async function findCommit(): Promise<string | null> {
  const { failed, stdout } = await execa('git', ['rev-parse', '--verify', 'HEAD'], { reject: false })
  return failed ? null : stdout.trim()
}
