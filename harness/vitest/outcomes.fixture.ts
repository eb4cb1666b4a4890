/** A test suite of somebody's: describe-parity.program.test.ts runs it with vitest, in a folder of its own. */
import { describe } from 'vitest'
import { committed } from '../cli/parity.fixture.js'
import { describeParity } from '../vitest.js'

describeParity({ engines: ['onnxruntime:cpu', 'onnxruntime:cuda'] })

describe('others', () => {
  describeParity({ suite: ['others'] })
})

describe('hurried', () => {
  const made = {
    id: 'made/here',
    checkpoint: committed('gemma-4-e2b-tiny'),
    prompts: [{ id: 'one', tokens: [2] }],
    generate: 1,
  }
  describeParity({ cases: [made], reference: 'oracle', testTimeout: 20 })
})
