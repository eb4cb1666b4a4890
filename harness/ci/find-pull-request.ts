/** Which pull request a report belongs to. Only GitHub's own event and API are asked, never the report. */
import { z } from 'zod'
import { ParityError } from '../errors.js'
import { persist, type Call } from './github-api.js'

export interface PullRequest {
  readonly number: number
  /** Commit that was run. */
  readonly commit: string
  readonly runId: number | null
  /** Its code comes from another repository. */
  readonly isForeign: boolean
}

const repositorySchema = z.object({ full_name: z.string(), owner: z.object({ login: z.string() }) })
const sha = z.string().regex(/^[0-9a-f]{40,64}$/)

const pullSchema = z.object({
  number: z.int().positive(),
  head: z.object({ sha, repo: z.object({ full_name: z.string() }).nullable() }),
})

const eventSchema = z.union([
  z.object({ pull_request: pullSchema }),
  z.object({
    workflow_run: z.object({
      id: z.int().positive(),
      event: z.string(),
      head_sha: sha,
      head_branch: z.string().min(1),
      head_repository: repositorySchema,
    }),
  }),
])

/**
 * The pull request of an event `pull_request` or `workflow_run`. A workflow run does not say whose it is when it comes
 * from a fork, so the open pull request of its branch is looked up, and must still be at the commit that was run.
 *
 * @returns a sentence instead where there is nothing to comment on
 * @throws ParityError PARITY_USAGE for another event
 */
export async function findPullRequest(call: Call, repository: string, event: unknown): Promise<PullRequest | string> {
  const parsed = eventSchema.safeParse(event)
  if (!parsed.success)
    throw new ParityError(
      'PARITY_USAGE',
      'the event that started this workflow is no pull request',
      'parity ci comment belongs into a workflow on pull_request, or on workflow_run after one.',
    )
  if ('pull_request' in parsed.data) return describePull(parsed.data.pull_request, repository, null)

  const { workflow_run: run } = parsed.data
  if (run.event !== 'pull_request')
    return `the workflow run ${run.id} was started by ${run.event}, not by a pull request`
  const head = encodeURIComponent(`${run.head_repository.owner.login}:${run.head_branch}`)
  const path = `/repos/${repository}/pulls?state=open&per_page=100&head=${head}`
  const pulls = z.array(pullSchema).parse(await persist(() => call('GET', path)))
  const pull = pulls.find(
    (one) => one.head.sha === run.head_sha && one.head.repo?.full_name === run.head_repository.full_name,
  )
  return pull === undefined
    ? `no open pull request is at ${run.head_sha.slice(0, 12)} any more: a newer run will comment`
    : describePull(pull, repository, run.id)
}

const describePull = ({ number, head }: z.infer<typeof pullSchema>, repository: string, runId: number | null) => ({
  number,
  commit: head.sha,
  runId,
  isForeign: head.repo?.full_name !== repository,
})
