/** The museum, as users run it, in the environments that it makes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { parity, parityJson } from '../cli/parity.fixture.js'
import { packageRoot } from '../package-root.js'

interface Museum {
  readonly of: number
  readonly caught: number
  readonly clean: number
  readonly skipped: number
  readonly page: string
  readonly exhibits: readonly {
    readonly case: string
    readonly link: string
    readonly caught: boolean
    readonly clean: boolean
    readonly wrong: { readonly engine: string; readonly outcome: string; readonly reason: string }
  }[]
}

let museum: Museum
let exitCode: number | undefined
beforeAll(async () => {
  const ran = await parityJson<Museum>(['museum', '--install', '--require'])
  museum = ran.document
  exitCode = ran.exitCode
}, 900_000)

it('catches every regression for the right reason, and finds the other side clean', () => {
  const bad = museum.exhibits.filter(({ caught, clean }) => !(caught && clean))
  expect(bad.map(({ case: id, wrong }) => `${id}: ${wrong.outcome}: ${wrong.reason}`)).toEqual([])
  expect(museum.of).toBeGreaterThanOrEqual(8)
  expect(museum).toMatchObject({ caught: museum.of, clean: museum.of, skipped: 0 })
  expect(exitCode).toBe(0)
})

it('shows engines of several makers, refusals and wrong numbers, each with a reference', () => {
  const engines = new Set(museum.exhibits.map(({ wrong }) => wrong.engine.replace(/[@:].*/, '')))
  expect(engines.size).toBeGreaterThanOrEqual(3)
  const outcomes = museum.exhibits.map(({ wrong }) => wrong.outcome)
  expect(outcomes.filter((outcome) => outcome === 'fail').length).toBeGreaterThanOrEqual(3)
  for (const { link } of museum.exhibits) expect(link).toMatch(/^https:\/\/github\.com\//)
})

it('its page is that of such a run, but for the last digits of errors', async () => {
  const plain = (page: string) =>
    page.replaceAll(/\d+(?:\.\d+)?(?:e[-+]\d+)?(?= ×| at | from it|, the engine|$)/gm, 'N')
  const committed = await readFile(join(packageRoot, 'docs/museum.md'), 'utf8')
  expect(plain(committed)).toBe(plain(museum.page))
})

it('an engine that the machine lacks is skipped, with the command that gets it', async () => {
  const args = ['museum', '--case', 'museum/mlx-lm/0.31.2-pruned']
  const env = { PARITY_CACHE: join(packageRoot, 'node_modules/.cache/no-environments') }
  const { stdout, exitCode: code } = await parity(args, { env })
  expect(stdout).toContain('parity doctor --install mlx-lm@0.31.2')
  expect(stdout).toContain('0 of 1 caught with the right reason, 0 of 1 clean, 1 skipped')
  expect(code).toBe(0)
  expect((await parity([...args, '--require'], { env })).exitCode).toBe(3)
})
