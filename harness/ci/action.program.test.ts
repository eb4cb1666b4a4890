import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parity } from '../cli/parity.fixture.js'
import { runAction } from './action-runner.fixture.js'
import { GitHubServer } from './github-server.fixture.js'

let root: string
let project: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'parity-action-'))
  project = join(root, 'engine')
  await mkdir(project)
})
afterAll(() => rm(root, { recursive: true, force: true }))

const inputs = { engine: 'onnxruntime:cpu', cases: 'gemma4/e2b/pruned' }
const counts = {
  total: '1',
  pass: '0',
  'near-tie': '0',
  fail: '0',
  error: '0',
  known: '0',
  fixed: '0',
  skipped: '0',
  infrastructure: '0',
  regressed: '0',
  drifted: '0',
  recovered: '0',
  new: '0',
  gone: '0',
}

test('a good engine: report, outputs, summary and artifact; then it is accepted and remembered', async () => {
  const run = await runAction(root, project, { inputs })
  const folder = join(project, 'parity-report')
  expect(run.steps).toEqual([
    { name: 'actions/setup-node', exitCode: null },
    { name: 'Run', exitCode: 0 },
    { name: 'Summary', exitCode: 0 },
    { name: 'actions/upload-artifact', exitCode: null },
    { name: 'Gate', exitCode: 0 },
  ])
  expect(run.outputs).toEqual({
    ...counts,
    pass: '1',
    'exit-code': '0',
    folder,
    report: join(folder, 'report.json'),
  })
  expect(run.summary).toBe(await readFile(join(folder, 'report.md'), 'utf8'))
  expect(run.used['actions/upload-artifact']).toEqual({
    name: 'parity-report',
    path: folder,
    'if-no-files-found': 'ignore',
  })
  expect((await readdir(folder)).sort()).toEqual([
    'badges',
    'junit.xml',
    'report.html',
    'report.json',
    'report.md',
    'verdicts.jsonl',
  ])

  const report = join(folder, 'report.json')
  expect((await parity(['accept', report, '--baseline', 'baseline.json'], { cwd: project })).exitCode).toBe(0)
  expect((await parity(['history', report, '--history', 'history.jsonl'], { cwd: project })).exitCode).toBe(0)
})

test('the same against that baseline: nothing changed', async () => {
  const run = await runAction(root, project, {
    inputs: { ...inputs, baseline: 'baseline.json', history: 'history.jsonl' },
  })
  expect(run.steps.at(-1)).toEqual({ name: 'Gate', exitCode: 0 })
  expect(run.outputs).toMatchObject({ ...counts, pass: '1', 'exit-code': '0' })
})

test('a defect: regressed since the baseline, published, commented on, and only then the gate fails', async () => {
  await using server = await GitHubServer.start()
  const event = join(root, 'event.json')
  const pullRequest = { number: 7, head: { sha: 'a'.repeat(40), repo: { full_name: 'owner/engine' } } }
  await writeFile(event, JSON.stringify({ pull_request: pullRequest }))
  const run = await runAction(root, project, {
    inputs: {
      ...inputs,
      baseline: 'baseline.json',
      history: 'history.jsonl',
      'fail-on': 'regressed',
      args: '--defect=softcap-dropped',
      comment: 'true',
    },
    github: { repository: 'owner/engine', event: { pull_request: pullRequest } },
    environment: {
      GITHUB_API_URL: server.url,
      GITHUB_REPOSITORY: 'owner/engine',
      GITHUB_EVENT_PATH: event,
      GITHUB_RUN_ID: '42',
    },
  })
  expect(run.steps).toEqual([
    { name: 'actions/setup-node', exitCode: null },
    { name: 'Run', exitCode: 0 },
    { name: 'Summary', exitCode: 0 },
    { name: 'actions/upload-artifact', exitCode: null },
    { name: 'Comment', exitCode: 0 },
    { name: 'Gate', exitCode: 1 },
  ])
  expect(run.outputs).toMatchObject({ ...counts, fail: '1', regressed: '1', 'exit-code': '1' })
  const [comment] = server.comments
  expect(comment?.body.split('\n')[0]).toBe('<!-- transformers-parity: parity-report -->')
  expect(comment?.body.trimEnd().split('\n').at(-1)).toBe(
    '<sub>[Run of aaaaaaaaaaaa, with the whole report as an artifact](https://github.com/owner/engine/actions/runs/42).</sub>',
  )
})

test('the comment is left to another workflow where the pull request comes from a fork', async () => {
  const run = await runAction(root, project, {
    inputs: { ...inputs, comment: 'true' },
    github: {
      repository: 'owner/engine',
      event: { pull_request: { head: { repo: { full_name: 'mallory/engine' } } } },
    },
  })
  expect(run.steps.map(({ name }) => name)).toEqual([
    'actions/setup-node',
    'Run',
    'Summary',
    'actions/upload-artifact',
    'Gate',
  ])
})

test('an input that a shell would run is a pattern that matches nothing, and no earlier report is taken for this run’s', async () => {
  const owned = join(root, 'owned')
  const run = await runAction(root, project, {
    inputs: { ...inputs, cases: `$(touch ${owned})\n"; touch ${owned}; "` },
  })
  expect(run.steps).toEqual([
    { name: 'actions/setup-node', exitCode: null },
    { name: 'Run', exitCode: 2 },
    { name: 'actions/upload-artifact', exitCode: null },
  ])
  expect(run.outputs).toMatchObject({ 'exit-code': '2', report: '', total: '' })
  expect((await readdir(root)).includes('owned')).toBe(false)
})
