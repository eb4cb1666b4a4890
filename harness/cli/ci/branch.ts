import { copyBadges } from '../../ci/copy-badges.js'
import { openBranch, pushBranch } from '../../ci/published-branch.js'

interface BranchOptions {
  readonly branch: string
  readonly message: string
}

/** `parity ci badges` */
export async function ciBadgesCommand(reportFolder: string, folder: string): Promise<void> {
  const { written, removed } = await copyBadges(reportFolder, folder)
  process.stdout.write(`${written.length} badges written to ${folder}, ${removed.length} stale ones removed\n`)
}

/** `parity ci open-branch` */
export async function ciOpenBranchCommand(folder: string, given: object): Promise<void> {
  const { branch } = given as BranchOptions
  await openBranch(process.cwd(), branch, folder)
  process.stdout.write(`${branch} is in ${folder}\n`)
}

/** `parity ci push-branch` */
export async function ciPushBranchCommand(folder: string, given: object): Promise<void> {
  const { branch, message } = given as BranchOptions
  const isPushed = await pushBranch(process.cwd(), branch, folder, message)
  process.stdout.write(isPushed ? `pushed ${branch}\n` : `nothing changed on ${branch}\n`)
}
