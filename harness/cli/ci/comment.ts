import { lstat, readFile } from 'node:fs/promises'
import { composeComment, markerOf } from '../../ci/compose-comment.js'
import { findPullRequest } from '../../ci/find-pull-request.js'
import { connectGitHub } from '../../ci/github-api.js'
import { upsertComment } from '../../ci/upsert-comment.js'
import { ParityError } from '../../errors.js'
import { readReport } from '../../report/read-report.js'
import { formatMarkdown } from '../../report/writers/markdown.js'
import { savedReport } from './saved-report.js'

/** Bytes of a report from a run that may be anyone's. */
const largestReport = 64 * 1024 * 1024

interface CommentOptions {
  readonly name: string
  readonly author: string
}

/** `parity ci comment` */
export async function ciCommentCommand(file: string | undefined, given: object): Promise<void> {
  const { name, author } = given as CommentOptions
  const marker = markerOf(name)
  const repository = need('GITHUB_REPOSITORY')
  const call = connectGitHub(process.env.GITHUB_API_URL ?? 'https://api.github.com', need('GITHUB_TOKEN'))
  const path = savedReport(file)
  await refuseOddFile(path)
  const body = formatMarkdown(await readReport(path))
  const event = JSON.parse(await readFile(need('GITHUB_EVENT_PATH'), 'utf8')) as unknown

  const pull = await findPullRequest(call, repository, event)
  if (typeof pull === 'string') {
    process.stdout.write(`no comment: ${pull}\n`)
    return
  }
  const server = process.env.GITHUB_SERVER_URL ?? 'https://github.com'
  const runUrl = `${server}/${repository}/actions/runs/${pull.runId ?? need('GITHUB_RUN_ID')}`
  const comment = composeComment(body, { marker, runUrl, commit: pull.commit, isForeign: pull.isForeign })
  const done = await upsertComment(call, { repository, pullRequest: pull.number, marker, author }, comment)
  process.stdout.write(`${done} the comment on pull request ${pull.number}\n`)
}

/** @throws ParityError PARITY_USAGE */
function need(variable: string): string {
  const value = process.env[variable]
  if (value !== undefined && value !== '') return value
  throw new ParityError(
    'PARITY_USAGE',
    `${variable} is not set`,
    'GitHub sets it in each step, but GITHUB_TOKEN, which the step’s env has to pass: docs/ci.md.',
  )
}

/** An artifact may hold a link to elsewhere, or more than memory takes. @throws ParityError PARITY_REPORT */
async function refuseOddFile(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null)
  const why =
    found === null
      ? 'does not exist'
      : !found.isFile()
        ? 'is not a plain file'
        : found.size > largestReport
          ? `has ${found.size} bytes, more than ${largestReport}`
          : null
  if (why !== null) throw new ParityError('PARITY_REPORT', `${path} ${why}`, 'Give the report.json of a run.')
}
