/** The oracle by CPython against the oracle by Pyodide: one file, two interpreters and two C libraries. */
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { committedCases } from '../../cases/committed-cases.fixture.js'
import { measureLogits } from '../../compare/metrics.js'
import { pairRows } from '../../compare/rows.js'
import { generation } from '../../run/observations.js'
import type { Trace } from '../../types.js'
import { makeSources } from '../index.js'
import { oracle } from './index.js'
import { readPythonVersion } from './interpreter.js'

const timeouts = { startMs: 120_000, openMs: 60_000, observeMs: 300_000 }
const { signal } = new AbortController()
const [first] = await committedCases({ case: ['gemma4/e2b/pruned'] })
const item = { ...first, prompts: first.prompts.slice(0, 1), generate: 4 }
const python = await findPython()

/** One that is new enough: the one that is named, one on the path, or one of pyenv's. */
async function findPython(): Promise<string | null> {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions')
  const candidates = [
    process.env.PARITY_PYTHON_ORACLE ?? '',
    ...['python3.14', 'python3.13', 'python3.12', 'python3'],
    ...(existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin/python')) : []),
  ]
  for (const candidate of candidates.filter((name) => name !== '')) {
    const version = await readPythonVersion({ python: candidate, origin: 'a test' }).catch(() => null)
    if (version !== null) return candidate
  }
  return null
}

it.each([
  ['float64', 1e-14],
  ['bfloat16', 0],
])('gives the logits of Pyodide in %s, to %d of the largest', async (dtype, bound) => {
  if (python === null) throw new Error('no Python of at least 3.12 here: name one in PARITY_PYTHON_ORACLE')
  const cpython = makeSources({ cpython: { source: 'oracle', python } }).find({ name: 'cpython' })
  expect(await cpython.check({ name: 'cpython' })).toMatchObject({ ok: true, device: 'cpu' })
  const traces: Trace[] = []
  for (const source of [oracle, cpython]) {
    const id = { name: source.name, dtype }
    await using session = await source.open({ id, checkpoint: item.folder, threads: 1, options: {}, timeouts }, signal)
    expect(Object.keys(session.source.versions)).toEqual([source === oracle ? 'pyodide' : 'python'])
    traces.push(await session.observe(generation(item), signal))
  }
  expect(traces[1].generated).toEqual(traces[0].generated)
  const { pairs, absent } = pairRows(item.prompts, traces[0], traces[1])
  expect(absent).toEqual([])
  const { max, logitMax, rows } = measureLogits(pairs)
  expect(rows).toBe(item.prompts[0].tokens.length + item.generate - 1)
  expect(max / logitMax).toBeLessThanOrEqual(bound)
})
