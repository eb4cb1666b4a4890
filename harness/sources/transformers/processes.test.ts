import { expect, it } from 'vitest'
import { ParityError } from '../../errors.js'
import { TransformersProcesses } from './processes.js'

it('says of a process that did not start what was wrong, once', async () => {
  const processes = new TransformersProcesses()
  const timeouts = { startMs: 1000, openMs: 1000, observeMs: 1000 }
  const id = { name: 'transformers', version: '0.0.1' }
  const opening = processes.open(
    { id, checkpoint: '.', threads: 1, options: {}, timeouts },
    new AbortController().signal,
  )
  await expect(opening).rejects.toThrow(ParityError)
  await expect(processes[Symbol.asyncDispose]()).resolves.toBeUndefined()
})
