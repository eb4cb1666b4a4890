import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyBadges } from './copy-badges.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parity-badges-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function writeBadges(...names: string[]): Promise<void> {
  await rm(join(root, 'report'), { recursive: true, force: true })
  await mkdir(join(root, 'report/badges'), { recursive: true })
  for (const name of names) await writeFile(join(root, 'report/badges', name), `content of ${name}`)
}

test('copies badges, removes stale ones of its own, keeps what others wrote', async () => {
  const published = join(root, 'published')
  await writeBadges('parity.json', 'parity.svg', 'old.svg')
  expect(await copyBadges(join(root, 'report'), published)).toEqual({
    written: ['old.svg', 'parity.json', 'parity.svg'],
    removed: [],
  })
  await writeFile(join(published, 'theirs.svg'), 'theirs')
  await writeFile(join(published, 'history.jsonl'), '')

  await writeBadges('parity.json', 'parity.svg')
  expect(await copyBadges(join(root, 'report'), published)).toEqual({
    written: ['parity.json', 'parity.svg'],
    removed: ['old.svg'],
  })
  expect((await readdir(published)).sort()).toEqual([
    '.parity-badges',
    'history.jsonl',
    'parity.json',
    'parity.svg',
    'theirs.svg',
  ])
  expect(await readFile(join(published, 'parity.svg'), 'utf8')).toBe('content of parity.svg')
})

test('a link is no badge, and a list that was changed removes nothing elsewhere', async () => {
  await writeBadges('parity.svg', 'page.html')
  await writeFile(join(root, 'secret.svg'), 'secret')
  await symlink(join(root, 'secret.svg'), join(root, 'report/badges/link.svg'))
  await mkdir(join(root, 'published'))
  await writeFile(join(root, 'published/.parity-badges'), '../secret.svg\n..\nsub/x.svg\n')
  expect(await copyBadges(join(root, 'report'), join(root, 'published'))).toEqual({
    written: ['parity.svg'],
    removed: [],
  })
  expect(await readFile(join(root, 'secret.svg'), 'utf8')).toBe('secret')
})

test('a report without badges leaves the published ones alone', async () => {
  await writeBadges('parity.svg')
  await copyBadges(join(root, 'report'), join(root, 'published'))
  await writeBadges()
  await expect(copyBadges(join(root, 'report'), join(root, 'published'))).rejects.toMatchObject({
    code: 'PARITY_REPORT',
    message: `${join(root, 'report/badges')} has no badges`,
  })
  expect((await readdir(join(root, 'published'))).sort()).toEqual(['.parity-badges', 'parity.svg'])
})
