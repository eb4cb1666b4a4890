import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../package-root.js'
import { findPins, listPinned } from './pins.js'
import type { PythonPackage } from './python-package.js'

const packageOf = (source: string, distribution = source): PythonPackage => ({
  source,
  distribution,
  module: source,
  folder: join(packageRoot, 'references', source),
  variable: 'PARITY_NOBODY_SETS_THIS',
  printVersion: '',
})

it('lists the newest first', async () => {
  expect(await listPinned(packageOf('mlx-lm'))).toEqual(['0.32.2', '0.31.3', '0.31.2'])
})

describe.each(['mlx-lm', 'transformers'])('what pins %s', (source) => {
  it('names every package by hash, and no registry', async () => {
    const wanted = packageOf(source)
    const versions = await listPinned(wanted)
    expect(versions.length).toBeGreaterThan(0)
    for (const version of versions) {
      const text = await readFile(findPins(wanted, version) ?? '', 'utf8')
      const packages = text.split(/\n(?=\S)/)
      expect(packages.filter((one) => one.startsWith(`${source}==${version} `))).toHaveLength(1)
      expect(packages.filter((one) => !/^[\w.-]+==\S+( ; .+)? \\\n +--hash=sha256:[0-9a-f]{64}/.test(one))).toEqual([])
      expect(text).not.toMatch(/:\/\/|index-url|find-links/)
    }
  })
})
