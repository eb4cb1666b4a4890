/** The release of mlx-lm that broke a layout, and the one that mended another, found among the pinned ones. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadCases } from '../cases/load-cases.js'
import { parity, parityJson } from '../cli/parity.fixture.js'
import { packageRoot } from '../package-root.js'

const ids = ['gemma4/e2b/pruned', 'gemma4/e2b/redundant']

let project: string
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'parity-bisect-version-'))
  const cases = (await loadCases(join(packageRoot, 'cases'))).filter(({ id }) => ids.includes(id))
  const old = cases.map((item) => ({ ...item, file: undefined, relayout: { config: 'old' }, known: undefined }))
  await mkdir(join(project, 'cases'))
  await writeFile(join(project, 'cases/old.case.json'), JSON.stringify(old))
  const { exitCode, stderr } = await parity(['record'], { cwd: project })
  expect(exitCode, stderr).toBe(0)
})
afterAll(() => rm(project, { recursive: true, force: true }))

const args = (good: string, bad: string, id: string) => [
  ...['bisect-version', '--engine', 'mlx-lm', '--good', good, '--bad', bad, '--case', id],
  ...['--versions', '0.31.2,0.31.3,0.32.2'],
]
interface Found {
  readonly answer: string
  readonly reproduce: readonly string[]
}

it('finds the release that broke a layout', async () => {
  const given = args('0.31.2', '0.31.3', 'gemma4/e2b/redundant')
  const { exitCode, document } = await parityJson<Found>(given, { cwd: project })
  expect(exitCode).toBe(0)
  expect(document).toMatchObject({ first: '0.31.3', last: '0.31.2', untestable: [] })
  expect(document.answer).toMatch(/^mlx-lm 0\.31\.3 is the first that refuses gemma4\/e2b\/redundant: ValueError: Rec/)
  expect(document.reproduce[1]).toBe('npx parity run --case gemma4/e2b/redundant --engine mlx-lm@0.31.3')
})

it('finds the release that mended one, where the good version is the newer', async () => {
  const { exitCode, stdout } = await parity(args('0.32.2', '0.31.2', 'gemma4/e2b/pruned'), { cwd: project })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('3 of 3 versions asked')
  expect(stdout).toContain(
    'mlx-lm 0.31.3 is the first that passes gemma4/e2b/pruned; 0.31.2 refuses: ValueError: Missing',
  )
})

it('refuses ends that are not what they are said to be', async () => {
  const { exitCode, document } = await parityJson<{ error: { code: string; message: string } }>(
    args('0.31.2', '0.32.2', 'gemma4/e2b/redundant'),
    { cwd: project },
  )
  expect(exitCode).toBe(2)
  expect(document.error.code).toBe('PARITY_USAGE')
  expect(document.error.message).toMatch(/^mlx-lm 0\.32\.2 is said to be bad, but is good \(pass\): /)
})
