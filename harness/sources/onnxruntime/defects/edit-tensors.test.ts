import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openCheckpoint } from '../../../checkpoint/checkpoint.js'
import { packageRoot } from '../../../package-root.js'
import { writeEditedCopy } from './edit-tensors.js'

it('leaves no folder behind where the copy cannot be written', async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'parity-edit-tensors-'))
  onTestFinished(() => rm(temporary, { recursive: true, force: true }))
  const checkpoint = await openCheckpoint(join(packageRoot, 'cases/checkpoints/gemma-4-e2b-tiny'))
  const elsewhere = join(temporary, 'gone')
  const copies = join(temporary, 'copies')
  await mkdir(copies)
  vi.stubEnv('TMPDIR', copies)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  await expect(writeEditedCopy({ ...checkpoint, folder: elsewhere }, [])).rejects.toThrow('ENOENT')
  expect(await readdir(copies)).toEqual([])
})
