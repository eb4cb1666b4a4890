/** A branch that holds published files alone, beside the commits of the project. */
import { stat } from 'node:fs/promises'
import { execa } from 'execa'
import { ParityError } from '../errors.js'

/** The bot that GitHub shows as the author of what its workflows commit. */
const author = [
  ...['-c', 'user.name=github-actions[bot]'],
  ...['-c', 'user.email=41898282+github-actions[bot]@users.noreply.github.com'],
]

/**
 * Checks `branch` of the remote `origin` out into `folder`, a second working tree of `repository`. A branch that does
 * not exist yet begins with an empty commit that has no parent.
 *
 * @throws ParityError PARITY_USAGE, PARITY_REPORT
 */
export async function openBranch(repository: string, branch: string, folder: string): Promise<void> {
  const isName = (await execa('git', ['check-ref-format', '--branch', branch], { reject: false })).exitCode === 0
  if (!isName) throw new ParityError('PARITY_USAGE', `'${branch}' cannot name a branch`, 'For example --branch badges.')
  if (await exists(folder))
    throw new ParityError('PARITY_USAGE', `${folder} exists already`, 'Name a folder that git can make.')
  const isThere = (await git(repository, ['ls-remote', '--heads', 'origin', `refs/heads/${branch}`])) !== ''
  if (isThere) await git(repository, ['fetch', '--quiet', '--depth=1', 'origin', `refs/heads/${branch}`])
  const start = isThere ? 'FETCH_HEAD' : await makeRoot(repository, branch)
  await git(repository, ['worktree', 'add', '--quiet', '-B', branch, folder, start])
}

/** Commits what changed in `folder` and pushes it; `false` where nothing changed. @throws ParityError PARITY_REPORT */
export async function pushBranch(
  repository: string,
  branch: string,
  folder: string,
  message: string,
): Promise<boolean> {
  await git(folder, ['add', '--all'])
  if ((await git(folder, ['status', '--porcelain'])) === '') return false
  await git(folder, [...author, 'commit', '--quiet', '--no-verify', '--message', message])
  // From the repository, since that is where the checkout keeps what lets it push.
  await git(repository, ['push', '--quiet', 'origin', `refs/heads/${branch}:refs/heads/${branch}`])
  return true
}

async function makeRoot(repository: string, branch: string): Promise<string> {
  const tree = await git(repository, ['hash-object', '-w', '-t', 'tree', '--stdin'])
  return git(repository, [...author, 'commit-tree', tree, '-m', `Begin ${branch}`])
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

async function git(cwd: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await execa('git', args, {
    cwd,
    input: '',
    reject: false,
    env: { GIT_TERMINAL_PROMPT: '0' },
  })
  if (exitCode === 0) return stdout.trim()
  const command = args.filter((arg, at) => arg !== '-c' && args[at - 1] !== '-c')
  throw new ParityError(
    'PARITY_REPORT',
    `git ${command[0] ?? ''} failed: ${stderr.trim()}`,
    'To push, a job needs `permissions: contents: write`, and a checkout that kept its credentials.',
  )
}
