import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parity } from '../cli/parity.fixture.js'
import { makeReport, makeVerdict } from '../report/report.fixture.js'
import { bot, GitHubServer, token } from './github-server.fixture.js'

let root: string
let file: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parity-ci-'))
  file = join(root, 'report.json')
  await writeReport(makeVerdict())
})
afterEach(() => rm(root, { recursive: true, force: true }))

const writeReport = (...verdicts: Parameters<typeof makeReport>) =>
  writeFile(file, JSON.stringify(makeReport(...verdicts)))

const event = (commit = 'a'.repeat(40)) => ({
  workflow_run: {
    id: 99,
    event: 'pull_request',
    head_sha: commit,
    head_branch: 'fix',
    head_repository: { full_name: 'mallory/engine', owner: { login: 'mallory' } },
  },
})

async function comment(server: GitHubServer, report: string, content: object = event()) {
  const path = join(root, 'event.json')
  await writeFile(path, JSON.stringify(content))
  server.pulls = [{ number: 7, head: { sha: 'a'.repeat(40), repo: { full_name: 'mallory/engine' } } }]
  return parity(['ci', 'comment', report], {
    cwd: root,
    env: {
      GITHUB_TOKEN: token,
      GITHUB_API_URL: server.url,
      GITHUB_REPOSITORY: 'owner/engine',
      GITHUB_EVENT_PATH: path,
    },
  })
}

test('comments on a pull request from a fork, and changes that comment the next time', async () => {
  await using server = await GitHubServer.start()
  server.add('mallory', '<!-- transformers-parity: report -->\nnot ours')
  expect(await comment(server, file)).toMatchObject({
    exitCode: 0,
    stdout: 'created the comment on pull request 7',
    stderr: '',
  })
  server.failures.push({ status: 502 })
  expect(await comment(server, file)).toMatchObject({ exitCode: 0, stdout: 'updated the comment on pull request 7' })
  expect(server.comments.map(({ user }) => user.login)).toEqual(['mallory', bot])
  expect(server.comments[1]?.body.trimEnd().split('\n').at(-1)).toBe(
    '<sub>[Run of aaaaaaaaaaaa, with the whole report as an artifact](https://github.com/owner/engine/actions/runs/99). ' +
      'It was made by code of a fork: read a command before you run it.</sub>',
  )
})

test('what a hostile report says is shown, not obeyed', async () => {
  await using server = await GitHubServer.start()
  const hostile =
    '</details><script>alert(1)</script> @org/team [x](javascript:alert(1)) <!-- \u202e\u001b[31m | ![](http://x/y)'
  await writeReport(makeVerdict({ outcome: 'fail', reason: hostile, reproduce: hostile, caseId: hostile }))
  expect((await comment(server, file)).exitCode).toBe(0)
  const body = server.comments[0]?.body ?? ''
  // Without code, in which GitHub reads neither tags nor links nor names, and without our own last line.
  const outside = body
    .replaceAll(/^(`{3,})[^`\n]*\n[\s\S]*?^\1$/gm, '')
    .replaceAll(/<code>[^<]*<\/code>/g, '')
    .replaceAll(/(`+)[^`][\s\S]*?\1/g, '')
    .replace(/\n<sub>.*\n$/, '')
  expect(outside.match(/<[a-z/!].*?>/g)).toEqual([
    '<!-- transformers-parity: report -->',
    '<details>',
    '<summary>',
    '<b>',
    '</b>',
    '</summary>',
    '</details>',
    '<details>',
    '<summary>',
    '</summary>',
    '</details>',
  ])
  expect(outside.match(/(?<!\\)\]\(|(?<!\w)@\w/g)).toBe(null)
  expect(body.match(/[\u202e\u001b]/g)).toBe(null)
})

test('no comment where the pull request has moved on', async () => {
  await using server = await GitHubServer.start()
  expect(await comment(server, file, event('b'.repeat(40)))).toMatchObject({
    exitCode: 0,
    stdout: 'no comment: no open pull request is at bbbbbbbbbbbb any more: a newer run will comment',
  })
  expect(server.comments).toEqual([])
})

test('without the permission the error says which one is missing', async () => {
  await using server = await GitHubServer.start()
  server.failures.push({ status: 403, message: 'Resource not accessible by integration' })
  const { exitCode, stdout, stderr } = await comment(server, file)
  expect({ exitCode, stdout, hint: stderr.split('\n')[1] }).toEqual({
    exitCode: 3,
    stdout: '',
    hint: 'The job needs `permissions: pull-requests: write`; a pull request from a fork never has it, see docs/ci.md.',
  })
})

test('an artifact is data: a link, and what is no report, are refused before anything is sent', async () => {
  await using server = await GitHubServer.start()
  await symlink('/proc/self/environ', join(root, 'link.json'))
  await writeFile(join(root, 'other.json'), '{"version":1}')
  expect(await comment(server, join(root, 'link.json'))).toMatchObject({
    exitCode: 3,
    stderr: `${join(root, 'link.json')} is not a plain file\nGive the report.json of a run.`,
  })
  expect((await comment(server, join(root, 'other.json'))).exitCode).toBe(3)
  expect(server.requests).toEqual([])
})

test('a missing token is a mistake in the workflow', async () => {
  const ran = await parity(['ci', 'comment', file], { env: { GITHUB_REPOSITORY: 'owner/engine', GITHUB_TOKEN: '' } })
  expect(ran).toMatchObject({
    exitCode: 2,
    stderr:
      'GITHUB_TOKEN is not set\nGitHub sets it in each step, but GITHUB_TOKEN, which the step’s env has to pass: docs/ci.md.',
  })
})

test('the gate decides by what was accepted', async () => {
  const gate = async (...args: string[]) => (await parity(['ci', 'gate', file, ...args], { cwd: root })).exitCode
  expect(await gate()).toBe(0)
  await writeReport(makeVerdict({ change: 'drifted' }))
  expect([await gate(), await gate('--fail-on', 'drifted')]).toEqual([0, 1])
  await writeReport(makeVerdict({ outcome: 'fail', change: 'regressed' }))
  expect([await gate(), await gate('--fail-on', 'regressed'), await gate('--fail-on', 'never')]).toEqual([1, 1, 0])
  await writeReport(makeVerdict({ outcome: 'skipped' }))
  expect([await gate(), await gate('--require')]).toEqual([0, 3])
  await rm(file)
  expect([await gate(), await gate('--fail-on', 'sometimes')]).toEqual([3, 2])
})

test('the gate takes the input of the Action', async () => {
  await writeReport(makeVerdict({ outcome: 'fail' }))
  const ran = await parity(['ci', 'gate', file], { cwd: root, env: { INPUT_FAIL_ON: 'never' } })
  expect(ran).toMatchObject({ exitCode: 0, stdout: `${file}: exit 0 with --fail-on never` })
})

test('a summary is added to what the step already says, and cut where GitHub would drop it', async () => {
  const summary = join(root, 'summary.md')
  const before = `${'x'.repeat(1024 * 1024 - 400)}\n`
  await writeFile(summary, before)
  await writeReport(...['a', 'b', 'c', 'd'].map((name) => makeVerdict({ caseId: `mine/${name}`, outcome: 'fail' })))
  const ran = await parity(['ci', 'summary', file], { env: { GITHUB_STEP_SUMMARY: summary } })
  expect(ran).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
  const text = await readFile(summary, 'utf8')
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024)
  const added = text.slice(before.length).trimEnd().split('\n')
  expect(added[0]).toBe('### Parity with transformers: 0 of 4')
  expect(added.at(-1)?.replace(/\d+/, 'N')).toBe(
    '_N lines are left out here: the whole report is an artifact of the run._',
  )
})

test('outputs of a saved report', async () => {
  const output = join(root, 'output')
  const ran = await parity(['ci', 'outputs', file], { env: { GITHUB_OUTPUT: output } })
  expect(ran).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
  const lines = (await readFile(output, 'utf8')).split('\n').filter((line) => !/parity-[0-9a-f-]{36}$/.test(line))
  expect(lines).toEqual([file, '1', '1', ...Array<string>(12).fill('0'), ''])
})

test('outside of GitHub, what writes for GitHub says what is missing', async () => {
  const ran = await parity(['ci', 'summary', file], { env: { GITHUB_STEP_SUMMARY: '' } })
  expect(ran).toMatchObject({ exitCode: 2 })
  expect(ran.stderr.split('\n')[0]).toBe('GITHUB_STEP_SUMMARY is not set')
})

test('badges go into the folder of a target', async () => {
  await mkdir(join(root, 'report/badges'), { recursive: true })
  await writeFile(join(root, 'report/badges/parity.svg'), '<svg/>')
  const ran = await parity(['ci', 'badges', 'report', 'published/linux'], { cwd: root })
  expect(ran).toMatchObject({
    exitCode: 0,
    stdout: '1 badges written to published/linux, 0 stale ones removed',
  })
  expect(await readFile(join(root, 'published/linux/parity.svg'), 'utf8')).toBe('<svg/>')
})
