import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openCheckpoint } from '../../../checkpoint/checkpoint.js'
import { packageRoot } from '../../../package-root.js'
import { editConfig } from './edit-config.js'

const { config } = await openCheckpoint(join(packageRoot, 'cases/checkpoints/gemma-4-e2b-tiny'))

it('sets, adds and multiplies, and leaves the config that it was given', () => {
  const edited = editConfig(config, [
    { at: 'slidingWindow', add: 1 },
    { at: 'rope.full.theta', times: 2 },
    { at: 'layers.4.donor', set: 0 },
    { at: 'softcap', set: null },
  ])
  expect([edited.slidingWindow, edited.rope.full?.theta, edited.layers[4].donor, edited.softcap]).toEqual([
    9,
    2e6,
    0,
    null,
  ])
  expect([config.slidingWindow, config.rope.full?.theta, config.layers[4].donor, config.softcap]).toEqual([
    8, 1e6, 2, 30,
  ])
})

it('refuses a field that the config does not have', () => {
  for (const at of ['slidingWidnow', 'experts.topK', 'layers.8.donor'])
    expect(() => editConfig(config, [{ at, set: 1 }])).toThrow(`the config of this model has no field ${at}`)
})
