import { describe, expect, it } from 'vitest'
import { WorkerFault } from '../workers/host.js'
import type { FaultDetail, FaultKind } from '../workers/fault.js'
import { classifyFault, ReferenceFault } from './classify-fault.js'

const fault = (kind: FaultKind, detail: FaultDetail = {}, message = 'it went wrong', log = '') =>
  new WorkerFault(kind, 'observe', message, detail, log)

describe('classifyFault', () => {
  it.each([
    ['it could not be started', fault('spawn')],
    ['the harness killed it for its memory', fault('exited', { signal: 'SIGKILL', errorCode: 'memory-limit' })],
    ['the kernel killed it', fault('exited', { signal: 'SIGKILL' })],
    ['the kernel killed what a shell had started', fault('exited', { code: 137 })],
    ['somebody ended it', fault('exited', { signal: 'SIGTERM' })],
    ['the harness gave up', fault('aborted')],
    ['no disk, says Node', fault('refused', { errorCode: 'failed' }, 'Error: ENOSPC: no space left on device, write')],
    ['no disk, says Python', fault('refused', {}, '[Errno 28] No space left on device')],
    ['no disk, say its last words', fault('exited', { code: 1 }, 'exited with code 1', 'write: Disk quota exceeded')],
    ['the reference crashed', new ReferenceFault(fault('exited', { signal: 'SIGSEGV' }))],
  ])('blames the machine where %s', (_, found) => {
    expect(classifyFault(found)).toBe('infrastructure')
  })

  it.each([
    ['refused', fault('refused', { errorCode: 'load-failed' })],
    ['was silent', fault('timeout')],
    ['broke the protocol', fault('protocol')],
    ['crashed', fault('exited', { signal: 'SIGSEGV' })],
    ['aborted', fault('exited', { signal: 'SIGABRT' })],
    ['exited', fault('exited', { code: 1 })],
    ['exited without an error', fault('exited', { code: 0 })],
    [
      'was silent behind a warning of the disk',
      fault('timeout', {}, 'was silent', 'cache off: no space left on device'),
    ],
  ])('blames an engine that %s', (_, found) => {
    expect(classifyFault(found)).toBe('engine')
  })
})

describe('ReferenceFault', () => {
  it('says so, and keeps what the worker said', () => {
    const { message, stage, kind, detail, log } = new ReferenceFault(
      new WorkerFault('refused', 'open', 'no such file', { hint: 'look again' }, 'last words'),
    )
    expect({ message, stage, kind, detail, log }).toEqual({
      message: 'the reference failed: no such file',
      stage: 'open',
      kind: 'refused',
      detail: { hint: 'look again' },
      log: 'last words',
    })
  })
})
