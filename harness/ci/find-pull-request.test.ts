import { expect, test } from 'vitest'
import { findPullRequest } from './find-pull-request.js'
import { connectGitHub } from './github-api.js'
import { GitHubServer, token } from './github-server.fixture.js'

const sha = 'a'.repeat(40)
const other = 'b'.repeat(40)

const pull = (number: number, commit: string, repository: string | null) => ({
  number,
  head: { sha: commit, repo: repository === null ? null : { full_name: repository } },
})
const run = (event = 'pull_request') => ({
  workflow_run: {
    id: 99,
    event,
    head_sha: sha,
    head_branch: 'fix&state=closed',
    head_repository: { full_name: 'mallory/engine', owner: { login: 'mallory' } },
  },
})

async function find(event: unknown, pulls: readonly object[] = []) {
  await using server = await GitHubServer.start()
  server.pulls = pulls
  const found = await findPullRequest(connectGitHub(server.url, token), 'owner/engine', event)
  return { found, requests: server.requests }
}

test('an event of a pull request names it', async () => {
  expect(await find({ pull_request: pull(7, sha, 'owner/engine') })).toEqual({
    found: { number: 7, commit: sha, runId: null, isForeign: false },
    requests: [],
  })
})

test('the pull request of a workflow run is looked up by its branch, and must be at the commit that was run', async () => {
  const pulls = [pull(6, other, 'mallory/engine'), pull(7, sha, 'mallory/engine')]
  expect(await find(run(), pulls)).toEqual({
    found: { number: 7, commit: sha, runId: 99, isForeign: true },
    requests: ['GET /repos/owner/engine/pulls?state=open&per_page=100&head=mallory%3Afix%26state%3Dclosed'],
  })
})

test.each([
  ['a newer commit', [pull(7, other, 'mallory/engine')]],
  ['the same commit in another fork', [pull(7, sha, 'eve/engine')]],
  ['a fork that is deleted', [pull(7, sha, null)]],
  ['nothing open', []],
])('%s gets no comment', async (_, pulls) => {
  expect((await find(run(), pulls)).found).toBe(
    'no open pull request is at aaaaaaaaaaaa any more: a newer run will comment',
  )
})

test('a run that no pull request started gets no comment, and GitHub is not asked', async () => {
  expect(await find(run('push'))).toEqual({
    found: 'the workflow run 99 was started by push, not by a pull request',
    requests: [],
  })
})

test('another event is a mistake in the workflow', async () => {
  await expect(find({ issue: { number: 7 } })).rejects.toMatchObject({
    code: 'PARITY_USAGE',
    message: 'the event that started this workflow is no pull request',
  })
})
