/** accept, history, merge and report on saved reports, as users run them. */
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../checkpoint/refusal.fixture.js'
import type { Acceptance } from '../report/compare-baselines.js'
import type { Difference } from '../report/compare-reports.js'
import type { HistoryPoint } from '../report/history.js'
import type { Report } from '../report/build.js'
import { everyOutcome } from '../report/every-outcome.fixture.js'
import { makeReport, makeVerdict } from '../report/report.fixture.js'
import { formatJson } from '../report/writers/json.js'
import type { Verdict } from '../types.js'
import { parity, parityJson, type Ran } from './parity.fixture.js'

const cpu = (caseId: string, change: Partial<Verdict> = {}) => makeVerdict({ caseId, ...change })
const oracle = (caseId: string) => cpu(caseId, { engine: 'oracle:cpu/float64', engineVersion: '1.0.0', adapter: null })
const newer = { engineVersion: '1.31.0', outcome: 'fail', excess: 40, reason: 'logits 40 × the spread' } as const

const good = makeReport(cpu('mine/a'), cpu('mine/b'), oracle('mine/a'))
const regressed = makeReport(cpu('mine/a', newer), cpu('mine/b', newer), oracle('mine/a'))

/** A project without cases, with reports in it. */
async function makeFolder(reports: Readonly<Record<string, Report>>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, report] of Object.entries(reports)) {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, name, 'report.json'), formatJson(report))
  }
  return folder
}

const git = (cwd: string, ...args: string[]) =>
  execa('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false', ...args], { cwd })

const refusal = ({ exitCode, stdout, stderr }: Ran) => ({ exitCode, stdout, stderr: stderr.split('\n')[0] })

describe('parity accept', () => {
  it('accepts, then says what a second acceptance changed, and that it takes something bad', async () => {
    const cwd = await makeFolder({ reports: good, later: regressed })
    expect(await parity(['accept'], { cwd })).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        'reports/baseline.json: 3 new, 0 changed, 0 unchanged, 0 removed',
        '  new      mine/a on onnxruntime:cpu/float32: pass, 1.12 ×, 1.30.0',
        '  new      mine/a on oracle:cpu/float64: pass, 1.12 ×, 1.0.0',
        '  new      mine/b on onnxruntime:cpu/float32: pass, 1.12 ×, 1.30.0',
      ].join('\n'),
    })
    expect((await parity(['accept', 'later', '--case', 'mine/a'], { cwd })).stdout).toBe(
      [
        'reports/baseline.json: 0 new, 1 changed, 2 unchanged, 0 removed',
        '  changed  mine/a on onnxruntime:cpu/float32: pass, 1.12 ×, 1.30.0 → fail, 40 ×, 1.31.0',
        'Accepted as the state of things, though bad: 1 verdict',
        '  fail  mine/a on onnxruntime:cpu/float32',
      ].join('\n'),
    )
  })

  it('writes nothing where nothing changed', async () => {
    const cwd = await makeFolder({ reports: good })
    await parity(['accept', '--baseline', 'mine/accepted.json'], { cwd })
    const before = await readFile(join(cwd, 'mine/accepted.json'), 'utf8')
    const { stdout } = await parity(['accept', '--baseline', 'mine/accepted.json'], { cwd })
    expect(stdout).toBe('mine/accepted.json: 0 new, 0 changed, 3 unchanged, 0 removed')
    expect(await readFile(join(cwd, 'mine/accepted.json'), 'utf8')).toBe(before)
  })

  it('gives one document, with what it did not take', async () => {
    const lost = { outcome: 'error', fault: 'infrastructure' } as const
    const cwd = await makeFolder({ reports: makeReport(cpu('mine/a', newer), cpu('mine/b', lost)) })
    const { exitCode, document } = await parityJson<Acceptance & { baseline: string; left: number }>(['accept'], {
      cwd,
    })
    expect(exitCode).toBe(0)
    expect(document).toEqual({
      baseline: 'reports/baseline.json',
      new: [
        {
          key: 'mine/a on onnxruntime:cpu/float32',
          after: {
            outcome: 'fail',
            excess: 40,
            engineVersion: '1.31.0',
            reference: 'transformers@5.23.0/float64, recorded',
            adapter: 'Some CPU',
          },
        },
      ],
      changed: [],
      removed: [],
      unchanged: 0,
      left: 1,
    })
  })

  it('leaves a broken baseline and a missing report alone', async () => {
    const cwd = await makeFolder({ reports: good })
    await writeFile(join(cwd, 'reports/baseline.json'), '{"version":2}')
    expect((await parity(['accept'], { cwd })).exitCode).toBe(3)
    expect(await readFile(join(cwd, 'reports/baseline.json'), 'utf8')).toBe('{"version":2}')
    expect(refusal(await parity(['accept', 'none.json'], { cwd }))).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: 'none.json does not exist',
    })
    expect(refusal(await parity(['accept', '--case', 'x', '--baseline', 'new.json'], { cwd }))).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: "reports/report.json has no verdict on 'x'",
    })
    expect(await readdir(cwd)).toEqual(['reports'])
  })
})

describe('parity history', () => {
  it('adds a line a run, once', async () => {
    const cwd = await makeFolder({ reports: good })
    const args = ['history', '--commit', '1a2b3c4']
    expect((await parity(args, { cwd })).stdout).toBe(
      'reports/history.jsonl: added the run of 2026-11-24T08:00:00.000Z with 3 verdicts',
    )
    const { document } = await parityJson<{ isAdded: boolean; point: HistoryPoint }>(args, { cwd })
    expect(document.isAdded).toBe(false)
    expect(document.point.commit).toBe('1a2b3c4')
    expect(await readFile(join(cwd, 'reports/history.jsonl'), 'utf8')).toBe(`${JSON.stringify(document.point)}\n`)
  })

  it('knows the commit of the folder, and none where there is none', async () => {
    const cwd = await makeFolder({ reports: good })
    const commitOf = async () =>
      (await parityJson<{ point: HistoryPoint }>(['history'], { cwd, env: { GIT_CEILING_DIRECTORIES: cwd } })).document
        .point.commit
    expect(await commitOf()).toBe(null)
    await git(cwd, 'init', '--quiet')
    await git(cwd, 'commit', '--quiet', '--allow-empty', '--message', 'first')
    expect(await commitOf()).toBe((await git(cwd, 'rev-parse', 'HEAD')).stdout)
  })

  it('refuses what is no commit', async () => {
    const cwd = await makeFolder({ reports: good })
    expect(refusal(await parity(['history', '--commit', 'main'], { cwd }))).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: "--commit main is not a commit's hash",
    })
  })
})

describe('parity report --since', () => {
  it('names what regressed and the likely cause, since a report, a baseline and a commit', async () => {
    const cwd = await makeFolder({ before: good, reports: regressed })
    const cause = '2 verdicts regressed; all and only those ran on onnxruntime 1.30.0 → 1.31.0'
    const since = async (ref: string) => {
      const { stdout, exitCode } = await parity(['report', '--since', ref], { cwd })
      return [exitCode, ...stdout.split('\n').slice(2, 4)]
    }
    const first = '  mine/a on onnxruntime:cpu/float32: pass 1.12 × → fail 40 × (35.7 times)'
    expect(await since('before')).toEqual([0, cause, first])
    expect(await since('before/report.json')).toEqual([0, cause, first])
    await parity(['accept', 'before'], { cwd })
    expect(await since('reports/baseline.json')).toEqual([0, cause, first])
    await git(cwd, 'init', '--quiet')
    await git(cwd, 'add', 'reports/baseline.json')
    await git(cwd, 'commit', '--quiet', '--message', 'accepted')
    await git(cwd, 'tag', 'v1')
    await parity(['accept'], { cwd })
    expect(await since('v1')).toEqual([0, cause, first])
    expect(await since('reports/baseline.json')).toEqual([0, 'Nothing changed: 3 verdicts are as before.'])
  })

  it('gives one document, of the cases that are asked for, into a file', async () => {
    const cwd = await makeFolder({ before: good, reports: regressed })
    const args = ['report', '--since', 'before', '--case', 'mine/b']
    const { document } = await parityJson<Difference>(args, { cwd })
    expect(document.groups.map(({ kind, verdicts }) => [kind, verdicts.map(({ caseId }) => caseId)])).toEqual([
      ['regressed', ['mine/b']],
    ])
    expect(document.unchanged).toBe(0)
    await parity([...args, '--json', '--out', 'difference.json'], { cwd })
    expect(JSON.parse(await readFile(join(cwd, 'difference.json'), 'utf8'))).toEqual(document)
  })

  it('refuses what names nothing, and what git would take for a flag', async () => {
    const cwd = await makeFolder({ reports: good })
    const env = { GIT_CEILING_DIRECTORIES: cwd }
    const since = async (ref: string) => refusal(await parity(['report', `--since=${ref}`], { cwd, env }))
    expect(await since('none')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        '--since none is no file, and git finds no reports/baseline.json there: not a git repository (or any of the parent directories): .git',
    })
    await git(cwd, 'init', '--quiet')
    await git(cwd, 'commit', '--quiet', '--allow-empty', '--message', 'empty')
    expect((await since('HEAD')).stderr).toBe(
      "--since HEAD is no file, and git finds no reports/baseline.json there: path 'reports/baseline.json' does not exist in 'HEAD'",
    )
    expect((await since('--output=stolen')).stderr).toBe(
      "--since '--output=stolen' names neither a file nor a git revision",
    )
    expect(await readdir(cwd)).toEqual(['.git', 'reports'])
  })
})

describe('parity report', () => {
  it('writes forms of a saved report, and prints it again', async () => {
    const cwd = await makeFolder({ reports: everyOutcome() })
    const { exitCode } = await parity(['report', '--reporter', 'jsonl,json', '--out', 'pages'], { cwd })
    expect(exitCode).toBe(0)
    expect((await readdir(join(cwd, 'pages'))).sort()).toEqual(['report.json', 'verdicts.jsonl'])
    const saved = await readFile(join(cwd, 'reports/report.json'), 'utf8')
    expect(await readFile(join(cwd, 'pages/report.json'), 'utf8')).toBe(saved)
    await copyFile(join(cwd, 'pages/verdicts.jsonl'), join(cwd, 'stream.jsonl'))
    expect((await parityJson(['report', 'stream.jsonl'], { cwd })).document).toEqual(JSON.parse(saved))
  })

  it('refuses forms that exclude each other', async () => {
    const cwd = await makeFolder({ reports: good })
    const args = ['report', '--since', 'HEAD', '--model-card']
    expect(refusal(await parity(args, { cwd }))).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: '--model-card and --since exclude each other',
    })
  })
})

describe('parity merge', () => {
  const all = [cpu('mine/a'), cpu('mine/b', { outcome: 'fail', excess: 40 }), oracle('mine/a')]
  const cells = [['mine/b on onnxruntime:cpu'], ['mine/a on onnxruntime:cpu', 'mine/a on oracle']]
  const shard = (index: number): Report => ({
    ...makeReport(...(index === 1 ? [all[1]] : [all[0], all[2]])),
    shard: { index, total: 2, cells },
  })

  it('gives the report of the whole run, marked by the baseline, and its exit code', async () => {
    const cwd = await makeFolder({ one: shard(1), two: shard(2), before: good })
    await parity(['accept', 'before'], { cwd })
    const { exitCode, document } = await parityJson<Report>(['merge', 'two', 'one', '--out', 'all'], { cwd })
    expect(exitCode).toBe(1)
    const { command, ...rest } = JSON.parse(
      formatJson(makeReport(all[0], { ...all[1], change: 'regressed' }, all[2])),
    ) as Report
    expect(command).toBe('parity run')
    expect(document).toEqual({ command: 'parity merge two one --out all --json', ...rest })
    expect(JSON.parse(await readFile(join(cwd, 'all/report.json'), 'utf8'))).toEqual(document)
    expect((await parity(['merge', 'one', 'two', '--fail-on', 'never'], { cwd })).exitCode).toBe(0)
  })

  it('says what a lost shard was to do', async () => {
    const cwd = await makeFolder({ two: shard(2) })
    const { exitCode, document } = await parityJson<Report>(['merge', 'two'], { cwd })
    expect(exitCode).toBe(1)
    expect(document.verdicts.map(({ outcome, reason }) => [outcome, reason]).slice(2)).toEqual([
      ['error', 'shard 1/2 is lost: no report of it was given'],
    ])
  })

  it('refuses a shard that is there twice', async () => {
    const cwd = await makeFolder({ one: shard(1) })
    expect(refusal(await parity(['merge', 'one', 'one', '--out', 'all'], { cwd }))).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: 'one and one are both shard 1 of 2',
    })
    expect(await readdir(cwd)).toEqual(['one'])
  })
})
