import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBranch, pushBranch } from './published-branch.js'

let root: string
const git = async (cwd: string, ...args: string[]) => (await execa('git', args, { cwd })).stdout
const clone = async (name: string) => {
  await git(root, 'clone', '--quiet', 'remote.git', name)
  return join(root, name)
}

/** A remote with one commit on `main`. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parity-branch-'))
  await git(root, 'init', '--quiet', '--bare', '--initial-branch=main', 'remote.git')
  const first = await clone('first')
  await writeFile(join(first, 'code.txt'), 'code')
  await git(first, 'add', '--all')
  await git(first, '-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '--quiet', '--message', 'Code')
  await git(first, 'push', '--quiet', 'origin', 'HEAD:refs/heads/main')
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function publish(repository: string, content: string): Promise<boolean> {
  const folder = join(repository, 'published')
  await openBranch(repository, 'badges', folder)
  await mkdir(join(folder, 'linux'), { recursive: true })
  await writeFile(join(folder, 'linux/parity.svg'), content)
  return pushBranch(repository, 'badges', folder, 'Night')
}

test('the branch begins without the code, grows by one commit a change, and is left alone where nothing changed', async () => {
  expect(await publish(await clone('night-1'), 'one')).toBe(true)
  expect(await publish(await clone('night-2'), 'two')).toBe(true)
  expect(await publish(await clone('night-3'), 'two')).toBe(false)
  const remote = join(root, 'remote.git')
  expect(await git(remote, 'log', '--format=%s by %an', 'badges')).toBe(
    'Night by github-actions[bot]\nNight by github-actions[bot]\nBegin badges by github-actions[bot]',
  )
  expect(await git(remote, 'ls-tree', '-r', '--name-only', 'badges')).toBe('linux/parity.svg')
  expect(await git(remote, 'show', 'badges:linux/parity.svg')).toBe('two')
  expect(await git(remote, 'log', '--format=%s', 'main')).toBe('Code')
})

test('what another job pushed meanwhile is not overwritten', async () => {
  await publish(await clone('night-1'), 'one')
  const late = await clone('late')
  await openBranch(late, 'badges', join(late, 'published'))
  await publish(await clone('night-2'), 'two')
  await writeFile(join(late, 'published/linux/parity.svg'), 'late')
  const refused = await pushBranch(late, 'badges', join(late, 'published'), 'Late').catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'PARITY_REPORT' })
  expect((refused as Error).message.split(':')[0]).toBe('git push failed')
  expect(await git(join(root, 'remote.git'), 'show', 'badges:linux/parity.svg')).toBe('two')
})

test('a name that git would take for an option, and a folder that is in use, are refused', async () => {
  const repository = await clone('one')
  await expect(openBranch(repository, '--upload-pack=x', join(repository, 'published'))).rejects.toMatchObject({
    code: 'PARITY_USAGE',
    message: "'--upload-pack=x' cannot name a branch",
  })
  await expect(openBranch(repository, 'badges', repository)).rejects.toMatchObject({
    message: `${repository} exists already`,
  })
  expect(await readFile(join(repository, 'code.txt'), 'utf8')).toBe('code')
})
