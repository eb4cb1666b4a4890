import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import { packageRoot } from './package-root.js'

/** What dependency-cruiser says of a copy of the sources with one more file. */
async function cruise(file: string, content: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'parity-boundaries-'))
  onTestFinished(() => rm(copy, { recursive: true, force: true }))
  for (const name of ['harness', '.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
    await cp(join(packageRoot, name), join(copy, name), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    })
  }
  await symlink(join(packageRoot, 'node_modules'), join(copy, 'node_modules'))
  await writeFile(join(copy, file), content)
  const { stdout } = await execa('npx', ['depcruise', 'harness', '--config', '.dependency-cruiser.cjs'], {
    cwd: copy,
    reject: false,
  })
  return stdout
}

it.each([
  ['harness/compare/planted.ts', "import 'node:fs'\n", 'compare-does-no-io'],
  ['harness/report/planted.ts', "import '../checkpoint/checkpoint.js'\n", 'imports-of-report-'],
  ['harness/sources/planted.ts', "import '../cli/parse.js'\n", 'nobody-imports-cli'],
  ['harness/planted.ts', '', 'no-orphans'],
  ['harness/trace/planted.ts', "import './planted.js'\n", 'no-circles'],
])('a violation planted in %s is found', async (file, content, rule) => {
  expect(await cruise(file, content)).toContain(`error ${rule}: ${file}`)
})
