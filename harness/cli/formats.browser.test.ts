/**
 * One run with every outcome, in every format, each opened by what reads it: a browser, XML Schemas, JSON Schema, a
 * renderer of SVG. The pictures of the README are of this run: PARITY_SCREENSHOTS=1 writes them to docs/images.
 */
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { z } from 'zod'
import { packageRoot } from '../package-root.js'
import { readReport } from '../report/read-report.js'
import { reportSchema, type ReportDocument } from '../report/schema.js'
import { openPage } from '../report/writers/html/open-page.fixture.js'
import { writeOutcomesProject } from './outcomes-project.fixture.js'
import { parity, type Ran } from './parity.fixture.js'

let root: string
let out: string
let ran: Ran
let report: ReportDocument

const reporters = 'terminal,json,jsonl,markdown,html,junit,badge,github'
/** What this machine surely lacks. */
const absent = process.platform === 'darwin' ? 'onnxruntime:dml' : 'onnxruntime:coreml'

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'parity-formats-'))
  out = join(root, 'reports')
  await writeOutcomesProject(root)
  await writeAccepted(join(root, 'reports'))
  const engines = ['--engine', 'onnxruntime:cpu', '--engine', absent]
  ran = await parity(['run', ...engines, '--out', 'reports', '--reporter', reporters], { cwd: root })
  report = reportSchema.parse(JSON.parse(await readFile(join(out, 'report.json'), 'utf8')))
})

afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

/** A baseline and a history in which one verdict was better, one worse, one is of a case that is gone. */
async function writeAccepted(folder: string): Promise<void> {
  const accepted = (outcome: string, excess: number | null) => ({
    outcome,
    excess,
    engineVersion: '1.29.0',
    reference: 'transformers@5.22.0/float64, recorded',
    adapter: null,
  })
  const on = (name: string) => `outcomes/e4b-${name} on onnxruntime:cpu/float32`
  const verdicts = {
    [on('error')]: accepted('error', null),
    [on('fail')]: accepted('pass', 1.2),
    [on('fixed')]: accepted('known', 9e5),
    [on('gone')]: accepted('pass', 1.1),
    [on('near-tie')]: accepted('near-tie', 0.3),
    [on('pass')]: accepted('fail', 1e5),
  }
  await mkdir(folder, { recursive: true })
  const baseline = { version: 1, tool: '0.1.0', acceptedAt: '2026-11-01T02:00:00.000Z', verdicts }
  await writeFile(join(folder, 'baseline.json'), JSON.stringify(baseline))
  const past = (day: number) => ({
    at: `2026-11-0${day}T02:00:00.000Z`,
    tool: '0.1.0',
    commit: null,
    reference: 'transformers@5.22.0/float64, recorded',
    verdicts: Object.fromEntries(
      Object.entries(verdicts).map(([key, { outcome, excess, engineVersion }]) => [
        key,
        { outcome, excess: excess === null ? null : excess * (1 + day / 50), engineVersion, elapsedMs: 400 },
      ]),
    ),
  })
  await writeFile(join(folder, 'history.jsonl'), [1, 2, 3, 4].map((day) => `${JSON.stringify(past(day))}\n`).join(''))
}

/** Outcome and mark of each case on the engine that ran. */
const found = () =>
  Object.fromEntries(
    report.verdicts
      .filter(({ engine }) => engine.startsWith('onnxruntime:cpu'))
      .map(({ caseId, outcome, change }) => [caseId.replace('outcomes/e4b-', ''), [outcome, change ?? null]]),
  )

test('one run reaches every outcome, marked against the baseline', () => {
  expect(found()).toEqual({
    error: ['error', null],
    fail: ['fail', 'regressed'],
    fixed: ['fixed', null],
    known: ['known', 'new'],
    'near-tie': ['near-tie', 'drifted'],
    pass: ['pass', 'fixed'],
  })
  expect(report.summary).toEqual({ pass: 1, 'near-tie': 1, fail: 1, error: 1, known: 1, fixed: 1, skipped: 6 })
  expect(report.gone).toEqual([{ caseId: 'outcomes/e4b-gone', engine: 'onnxruntime:cpu/float32', outcome: 'pass' }])
  expect(ran.exitCode).toBe(1)
})

test('json is what its published schema says', async () => {
  const schema: unknown = JSON.parse(await readFile(join(packageRoot, 'dist/report.schema.json'), 'utf8'))
  const published = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
  expect(published.safeParse(report).success).toBe(true)
  expect(published.safeParse({ ...report, verdicts: [{ ...report.verdicts[0], outcome: 'fine' }] }).success).toBe(false)
})

test('jsonl gives the same report', async () => {
  expect(await readReport(join(out, 'verdicts.jsonl'))).toEqual(await readReport(join(out, 'report.json')))
})

test('junit is valid for Jenkins and GitLab, and counts the same', async () => {
  const contents = await readFile(join(out, 'junit.xml'), 'utf8')
  const fixtures = join(packageRoot, 'harness/report/writers/fixtures')
  const schemas = (await readdir(fixtures)).filter((file) => file.endsWith('.xsd'))
  expect(schemas.length).toBe(2)
  for (const fileName of schemas) {
    const schema = [{ fileName, contents: await readFile(join(fixtures, fileName), 'utf8') }]
    const xml = [{ fileName: 'junit.xml', contents }]
    const { valid, errors } = await validateXML({ xml, schema })
    expect({ fileName, valid, errors }).toEqual({ fileName, valid: true, errors: [] })
  }
  const count = (element: string) => contents.match(new RegExp(`<${element}[ />]`, 'g'))?.length ?? 0
  expect({
    cases: count('testcase'),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  }).toEqual({
    cases: 12,
    failures: 2,
    errors: 1,
    // What is known is no failure, and no success either.
    skipped: 7,
  })
})

test('badges are pictures, and shields.io can make them too', async () => {
  await initWasm(await readFile(join(packageRoot, 'node_modules/@resvg/resvg-wasm/index_bg.wasm')))
  const files = (await readdir(join(out, 'badges'))).sort()
  const svgs = files.filter((file) => file.endsWith('.svg'))
  expect(files.length).toBe(2 * svgs.length)
  for (const file of svgs) {
    const picture = new Resvg(await readFile(join(out, 'badges', file), 'utf8')).render()
    expect(picture.height).toBe(20)
    expect(new Set(picture.pixels).size).toBeGreaterThan(2)
  }
  const overall = JSON.parse(await readFile(join(out, 'badges/parity.json'), 'utf8')) as Record<string, unknown>
  expect({ schemaVersion: overall.schemaVersion, color: overall.color }).toEqual({ schemaVersion: 1, color: 'red' })
})

test('markdown shows ten lines at once and folds the rest', async () => {
  const text = await readFile(join(out, 'report.md'), 'utf8')
  const unfolded = text.replace(/<details>.*<\/details>/s, '')
  const rows = unfolded.split('\n').filter((line) => line.startsWith('| '))
  expect(rows.length).toBeLessThanOrEqual(12)
  expect(rows.filter((row) => row.includes('regressed')).length).toBe(1)
  expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length)
})

test('github annotates what is bad, and terminal says it in words', () => {
  const errors = ran.stdout.split('\n').filter((line) => line.startsWith('::error'))
  expect(errors.length).toBe(3)
  expect(
    ran.stdout.split('\n').filter((line) => line.startsWith('fail (regressed) outcomes/e4b-fail on ')).length,
  ).toBe(1)
})

test('html shows what broke, where and how to see it again', async () => {
  await using opened = await openPage(join(out, 'report.html'))
  const { page } = opened
  const regressed = report.verdicts.find(({ change }) => change === 'regressed')
  if (regressed === undefined) throw new Error('nothing regressed')
  expect(regressed.reason).toMatch(/^logits differ from the reference by /)
  await page.getByRole('searchbox').fill('s:regressed')
  await page.getByRole('button', { name: regressed.caseId }).click()
  const shown = page.getByRole('listitem').filter({ has: page.getByRole('button', { name: regressed.caseId }) })
  // The wrong sign sits in the attention of layer 6.
  await shown.getByText('The error is first out of bounds in layer 6 of 0–7').waitFor({ timeout: 5000 })
  expect(await shown.getByText(regressed.reason, { exact: true }).count()).toBe(1)
  expect(await shown.getByText(regressed.reproduce, { exact: true }).count()).toBe(1)
})

test.each(['light', 'dark'] as const)('pictures of the page, %s', async (colorScheme) => {
  const pictures = process.env.PARITY_SCREENSHOTS === undefined ? out : join(packageRoot, 'docs/images')
  await mkdir(pictures, { recursive: true })
  const key = 'outcomes/e4b-fail on onnxruntime:cpu/float32'
  for (const { name, hash, height } of [
    { name: 'report-matrix', hash: '', height: 820 },
    { name: 'report-verdict', hash: `#v=${encodeURIComponent(key)}`, height: 1240 },
  ]) {
    await using opened = await openPage(join(out, 'report.html'), { colorScheme, width: 1180, height, hash })
    await opened.page.evaluate('document.activeElement?.blur()')
    const picture = await opened.page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
    expect(picture.length).toBeGreaterThan(20_000)
  }
})
