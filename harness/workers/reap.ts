import { execaSync } from 'execa'
import { listProcessTree } from './memory.js'

/** Kills a detached process, its process group and its descendants that left the group. Returns at once. */
export function killTree(pid: number): void {
  if (process.platform === 'win32') {
    execaSync('taskkill', ['/pid', String(pid), '/T', '/F'], { reject: false })
    return
  }
  const descendants = listProcessTree(pid).slice(1)
  for (const target of [-pid, ...descendants]) {
    try {
      process.kill(target, 'SIGKILL')
    } catch {
      // It is gone already.
    }
  }
}
