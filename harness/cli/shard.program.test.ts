/** `parity run --shard` and `parity merge`: the parts of a run make the report that the whole run gives. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ReportDocument } from '../report/schema.js'
import { withoutTimes } from './finished-report.fixture.js'
import { parity, parityJson } from './parity.fixture.js'

/** Without the project's own history, which has times of these cells. */
const three = [
  'run',
  '--history',
  'no-history.jsonl',
  '--case',
  'gemma4/e2b/*,gemma4/e4b/pruned',
  '--engine',
  'onnxruntime:cpu',
  '--jobs',
  '1',
]
const names = ['gemma4/e2b/pruned', 'gemma4/e2b/redundant', 'gemma4/e4b/pruned'].map((id) => `${id} on onnxruntime:cpu`)

let temporary: string
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'parity-shards-'))
})
afterAll(() => rm(temporary, { recursive: true, force: true }))

it('gives what the whole run gives, one of four shards having nothing to do', async () => {
  const whole = await parityJson<ReportDocument>(three)
  expect(whole.exitCode).toBe(0)

  const folders = [1, 2, 3, 4].map((index) => join(temporary, String(index)))
  for (const [i, folder] of folders.entries()) {
    const { exitCode, document } = await parityJson<ReportDocument>([
      ...three,
      '--shard',
      `${i + 1}/4`,
      '--out',
      folder,
    ])
    expect(exitCode).toBe(0)
    expect(document.shard).toEqual({ index: i + 1, total: 4, cells: [[names[0]], [names[1]], [names[2]], []] })
    expect(document.verdicts.map(({ caseId }) => `${caseId} on onnxruntime:cpu`)).toEqual(names.slice(i, i + 1))
  }

  const out = join(temporary, 'merged')
  const merged = await parityJson<ReportDocument>(['merge', ...folders, '--out', out])
  expect(merged.exitCode).toBe(0)
  expect(withoutTimes(merged.document)).toEqual(withoutTimes(whole.document))
})

it('refuses what is not a part of a run', async () => {
  const { exitCode, stderr } = await parity([...three, '--shard', '3/2'])
  expect(exitCode).toBe(2)
  expect(stderr).toBe('--shard 3/2 is not a part of a run\nFor example --shard 2/4.')
})
