import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { existsSync } from 'node:fs'
import { packageRoot } from '../package-root.js'
import { loadCases } from './load-cases.js'
import { findDefect, loadDefects } from './load-defects.js'

describe('the catalogue', () => {
  it('holds at least sixty mistakes, in every part of the model, each with a reason', async () => {
    const defects = await loadDefects()
    expect(defects.length).toBeGreaterThanOrEqual(60)
    expect(new Set(defects.map(({ id }) => id)).size).toBe(defects.length)
    expect(new Set(defects.map(({ plant }) => JSON.stringify(plant))).size).toBe(defects.length)
    expect(new Set(defects.map(({ where }) => where.part))).toEqual(
      new Set(['embedding', 'attention', 'mlp', 'router', 'experts', 'per-layer-input', 'layer-scalar', 'head']),
    )
  })

  it('names cases that there are, and checkpoints that there are', async () => {
    const cases = (await loadCases(join(packageRoot, 'cases'))).map(({ id }) => id)
    for (const { id, on, plant } of await loadDefects()) {
      for (const caseId of on) expect(cases, id).toContain(caseId)
      for (const { from } of plant.tensors ?? []) if (from !== undefined) expect(existsSync(from), id).toBe(true)
    }
  })

  it('finds one by its name', async () => {
    expect((await findDefect('softcap-dropped')).plant).toEqual({ config: [{ at: 'softcap', set: null }] })
    await expect(findDefect('gremlin')).rejects.toThrow("there is no defect 'gremlin'")
  })
})

describe('a file of a catalogue', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'parity-defects-'))
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  const right = {
    id: 'one',
    because: 'For this test.',
    where: { layer: null, part: 'head' },
    on: ['gemma4/e2b/pruned'],
    plant: { config: [{ at: 'softcap', set: null }] },
  }

  it.each([
    ['a name that is not its id', { ...right, id: 'two' }, /the defect is called two/],
    ['a part that is none', { ...right, where: { layer: 0, part: 'tail' } }, /defect\.where\.part: /],
    ['nothing to plant', { ...right, plant: {} }, /defect\.plant: plants nothing/],
    ['a mistake that nobody knows', { ...right, plant: { hots: {} } }, /defect\.plant: .*hots/],
    ['no case', { ...right, on: [] }, /defect\.on: a defect names a case that shows it/],
  ])('is refused with %s', async (name, defect, message) => {
    const folder = join(root, name.replaceAll(' ', '-'))
    await mkdir(folder)
    await writeFile(join(folder, 'one.defect.ts'), `export default ${JSON.stringify(defect)}`)
    await expect(loadDefects(folder)).rejects.toThrow(message)
  })
})
