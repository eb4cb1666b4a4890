import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadReporters } from './load-reporters.js'
import { makeReport, makeVerdict } from './report.fixture.js'
import { reporters, writesFiles } from './reporters.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-load-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const write = async (name: string, text: string) => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

const context = {
  history: [],
  isColoured: false,
  print: () => undefined,
  append: () => Promise.resolve(),
  environment: {},
}

describe('built-in reporters', () => {
  it('each make one of their name', async () => {
    const loaded = await loadReporters(Object.keys(reporters))
    expect(loaded.map(({ makeReporter }) => makeReporter(context).name)).toEqual([
      'terminal',
      'json',
      'jsonl',
      'markdown',
      'matrix',
      'html',
      'junit',
      'badge',
      'github',
    ])
  })

  it('are loaded once each', async () => {
    expect((await loadReporters(['json', 'terminal', 'json'])).map(({ name }) => name)).toEqual(['json', 'terminal'])
  })

  it('need a folder, apart from those that print', () => {
    expect([...Object.keys(reporters), './mine.ts'].filter((name) => !writesFiles(name))).toEqual([
      'terminal',
      'github',
      './mine.ts',
    ])
  })

  it.each(['htlm', 'toString', '__proto__', ''])('%j is refused, with those that there are', async (name) => {
    await expect(loadReporters(['json', name])).rejects.toMatchObject({
      code: 'PARITY_REPORTER',
      message: `there is no reporter '${name}'`,
      hint: 'Reporters: terminal, json, jsonl, markdown, matrix, html, junit, badge, github, or the path of a module of yours.',
    })
  })
})

describe('a reporter of somebody’s own', () => {
  it('is a TypeScript module', async () => {
    const file = await write(
      'mine.ts',
      `import type { Report } from 'transformers-parity'
      export default () => ({
        name: 'mine',
        onEnd: ({ verdicts }: Report) => [{ path: 'count.txt', content: String(verdicts.length) }],
      })`,
    )
    const [{ name, makeReporter }] = await loadReporters([file])
    expect(name).toBe(file)
    expect(await makeReporter(context).onEnd(makeReport(makeVerdict()))).toEqual([{ path: 'count.txt', content: '1' }])
  })

  it.each([
    ['nothing.ts', 'export const reporter = 1', /^the default export of the reporter .*nothing\.ts is not a function$/],
    [
      'object.js',
      'export default { name: "x" }',
      /^the default export of the reporter .*object\.js is not a function$/,
    ],
    ['throws.ts', 'throw new Error("boom")', /throws\.ts cannot be loaded: boom$/],
  ])('is refused where %s has none', async (name, text, message) => {
    await expect(loadReporters([await write(name, text)])).rejects.toMatchObject({
      code: 'PARITY_REPORTER',
      message: expect.stringMatching(message) as string,
    })
  })

  it('is refused where its file is missing', async () => {
    await expect(loadReporters(['./no/such.ts'])).rejects.toMatchObject({
      code: 'PARITY_REPORTER',
      message: 'the reporter ./no/such.ts does not exist',
    })
  })
})
