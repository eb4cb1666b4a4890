import { describe, expect, it } from 'vitest'
import { describeParity, loadReference } from 'transformers-parity/vitest'
import { runMyEngine } from './my-engine.js'

// One test a cell. Without a folder `cases` here, the cases are those of the package: its demo.
describeParity({ engines: ['onnxruntime:cpu'], require: true })

describe('my engine', async () => {
  const reference = await loadReference('gemma4/e2b/pruned')
  const output = runMyEngine(reference)

  it('computes what transformers computes', () => {
    expect(output).toMatchReference(reference)
  })

  it('is found out by one wrong logit', () => {
    const logits = output.logits.map((rows) => rows.map((row) => row.slice()))
    logits[2][9][7] += 0.01
    expect({ logits }).not.toMatchReference(reference)
  })

  it('chooses the token that transformers chose', () => {
    const row = output.logits[1][5]
    expect(row).toHaveTopK([reference.generated[1][0]])
  })
})
