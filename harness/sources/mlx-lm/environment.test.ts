import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageRoot } from '../../package-root.js'
import { installEnvironment, pinnedVersions } from './environment.js'

it('pins three versions, the newest first', async () => {
  expect(await pinnedVersions()).toEqual(['0.32.2', '0.31.3', '0.31.2'])
})

it('pins every package of a version by hash, and names no registry', async () => {
  for (const version of await pinnedVersions()) {
    const text = await readFile(join(packageRoot, `references/mlx-lm/requirements-${version}.txt`), 'utf8')
    const packages = text.split(/\n(?=\S)/)
    expect(packages.filter((one) => one.startsWith(`mlx-lm==${version} `))).toHaveLength(1)
    expect(packages.filter((one) => !/^[\w.-]+==\S+( ; .+)? \\\n +--hash=sha256:[0-9a-f]{64}/.test(one))).toEqual([])
    expect(text).not.toMatch(/:\/\/|index-url|find-links/)
  }
})

it('has nothing to install for another version', async () => {
  await expect(installEnvironment('0.30.0')).rejects.toMatchObject({
    code: 'PARITY_SOURCE',
    message: 'mlx-lm 0.30.0 is not pinned, so there is nothing to install',
    hint: 'Pinned: 0.32.2, 0.31.3, 0.31.2. For another one, set PARITY_PYTHON_MLX_LM to an interpreter that has it.',
  })
})
