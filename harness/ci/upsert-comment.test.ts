import { expect, test } from 'vitest'
import { connectGitHub } from './github-api.js'
import { bot, GitHubServer, token } from './github-server.fixture.js'
import { upsertComment } from './upsert-comment.js'

const marker = '<!-- transformers-parity: report -->'
const target = { repository: 'owner/engine', pullRequest: 7, marker, author: bot }
const list = '/repos/owner/engine/issues/7/comments?per_page=100&page='
const write = (server: GitHubServer, body: string, sent = token) =>
  upsertComment(connectGitHub(server.url, sent), target, `${marker}\n${body}`)

test('creates the comment, then changes that one', async () => {
  await using server = await GitHubServer.start()
  expect(await write(server, 'first')).toBe('created')
  expect(await write(server, 'second')).toBe('updated')
  expect(server.comments).toEqual([{ id: 1000, body: `${marker}\nsecond`, user: { login: bot } }])
})

test('leaves alone who else uses the marker, and what else the bot wrote', async () => {
  await using server = await GitHubServer.start()
  const others = [
    server.add('mallory', `${marker}\nmine`),
    server.add(bot, `another tool quotes ${marker}\n`),
    server.add(bot, '<!-- transformers-parity: report-of-mlx -->\nother report'),
  ]
  expect(await write(server, 'ours')).toBe('created')
  expect(server.comments.slice(0, 3)).toEqual(others)
  expect(server.comments).toHaveLength(4)
})

test('finds its comment behind hundreds of others', async () => {
  await using server = await GitHubServer.start()
  for (let at = 0; at < 250; at++) server.add('somebody', `comment ${at}`)
  const own = server.add(bot, `${marker}\nold`)
  expect(await write(server, 'new')).toBe('updated')
  expect(server.requests).toEqual([
    `GET ${list}1`,
    `GET ${list}2`,
    `GET ${list}3`,
    `PATCH /repos/owner/engine/issues/comments/${own.id}`,
  ])
})

test('tries again after 502, a broken connection and 429', async () => {
  await using server = await GitHubServer.start()
  server.failures.push({ status: 502 }, null, { status: 429, headers: { 'retry-after': '0' } })
  expect(await write(server, 'ours')).toBe('created')
  expect(server.comments).toHaveLength(1)
  expect(server.requests).toHaveLength(5)
})

test('a comment created by a request that answered 502 is not created twice', async () => {
  await using server = await GitHubServer.start()
  const createLate = connectGitHub(server.url, token)
  await upsertComment(
    (method, path, body) => {
      if (method === 'POST') server.failures.push({ status: 502, isLate: true })
      return createLate(method, path, body)
    },
    target,
    `${marker}\nours`,
  )
  expect(server.comments).toEqual([{ id: 1000, body: `${marker}\nours`, user: { login: bot } }])
})

test('403 is final, and says what to do', async () => {
  await using server = await GitHubServer.start()
  server.failures.push({ status: 403, message: 'Resource not accessible by integration\u001b[31m' })
  await expect(write(server, 'ours')).rejects.toMatchObject({
    code: 'PARITY_REPORT',
    message: `GitHub refused the comment: GET ${list}1: 403 Resource not accessible by integration [31m`,
    hint: 'The job needs `permissions: pull-requests: write`; a pull request from a fork never has it, see docs/ci.md.',
  })
  expect(server.requests).toHaveLength(1)
})

test('a wrong token is refused at once, and not shown', async () => {
  await using server = await GitHubServer.start()
  const refused = await write(server, 'ours', 'wrong').catch((error: unknown) => error as Error)
  expect(refused).toMatchObject({ message: `GitHub refused the comment: GET ${list}1: 401 Bad credentials` })
})
