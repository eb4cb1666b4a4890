/** Badges of a report, in a folder that is published. */
import { lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ParityError } from '../errors.js'
import { writeFileAtomically } from '../write-file.js'

/** Says which files of the folder are ours, so that stale ones can go and others' stay. */
const listFile = '.parity-badges'

const isBadge = (name: string) => /^[\w+@~-][\w.+@~-]*\.(json|svg)$/.test(name)

export interface CopiedBadges {
  readonly written: readonly string[]
  readonly removed: readonly string[]
}

/** Copies the badges of a report folder, and removes those of earlier reports that this one has no more. */
export async function copyBadges(reportFolder: string, destination: string): Promise<CopiedBadges> {
  const source = join(reportFolder, 'badges')
  const written = await listBadges(source)
  await mkdir(destination, { recursive: true })
  const removed = (await readList(destination)).filter((name) => !written.includes(name))
  for (const name of written) await writeFileAtomically(join(destination, name), await readFile(join(source, name)))
  for (const name of removed) await rm(join(destination, name), { force: true })
  await writeFileAtomically(join(destination, listFile), written.map((name) => `${name}\n`).join(''))
  return { written, removed }
}

/** Only plain files: a link would bring in what lies elsewhere. */
async function listBadges(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const files = await Promise.all(
    names.map(async (name) => isBadge(name) && (await lstat(join(folder, name))).isFile()),
  )
  const badges = names.filter((_, at) => files[at]).sort()
  if (badges.length > 0) return badges
  throw new ParityError('PARITY_REPORT', `${folder} has no badges`, 'parity run --reporter badge writes them.')
}

/** A list that somebody changed names nothing outside its folder. */
async function readList(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, listFile), 'utf8').catch(() => '')
  return text.split('\n').filter(isBadge)
}
