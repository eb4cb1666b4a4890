import { describe, expect, it } from 'vitest'
import { loadReference, type EngineOutput } from '../vitest.js'
import { rowOf } from '../trace/matrix.js'
import type { Matrix } from '../types.js'

const reference = await loadReference('gemma4/e2b/pruned')
const tensorOf = (name: string): Matrix => {
  const matrix = reference.truth.tensor(name)
  if (matrix === undefined) throw new Error(`no ${name}`)
  return matrix
}
const rowsOf = (matrix: Matrix) =>
  Array.from({ length: matrix.rows }, (_, row) => Float32Array.from(rowOf(matrix, row)))

/** What an engine gives that is as exact as float32 can be. */
const exact = {
  logits: reference.prompts.map((_, i) => rowsOf(tensorOf(`${i}.logits`))),
  decodeLogits: reference.prompts.map((_, i) => rowsOf(tensorOf(`${i}.decode.logits`))),
  generated: reference.generated,
}

/** Logits with one of them moved. */
const moved = (prompt: number, row: number, token: number, by: number) =>
  exact.logits.map((rows, i) =>
    rows.map((values, r) => {
      const copy = Float32Array.from(values)
      if (i === prompt && r === row) copy[token] += by
      return copy
    }),
  )

const refusalOf = (check: () => void): string => {
  try {
    check()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('the matcher passed')
}

describe('loadReference', () => {
  it('gives what to ask an engine, and the truth', () => {
    expect(reference.prompts.map(({ id, tokens }) => [id, tokens.length])).toEqual([
      ['one', 1],
      ['short', 6],
      ['long', 21],
    ])
    expect(reference.generate).toBe(32)
    expect(reference.generated.map(({ length }) => length)).toEqual([32, 32, 32])
    expect(reference.folder.endsWith('cases/checkpoints/gemma-4-e2b-tiny')).toBe(true)
    expect(reference.name).toMatch(/^transformers@[\d.]+\/float64, recorded$/)
    expect([reference.spread.dtype, reference.spread.origin]).toEqual(['float32', 'recorded'])
  })

  it('has another spread for another dtype', async () => {
    const coarse = await loadReference('gemma4/e2b/pruned', { dtype: 'bfloat16' })
    expect(coarse.spread.rms).toBeGreaterThan(100 * reference.spread.rms)
  })

  it.each([
    ['gemma4/none', "no case matches --case 'gemma4/none'"],
    ['gemma4/e2b/*', 'gemma4/e2b/* is not a case with prompts'],
    ['gemma4/tokenizer', 'gemma4/tokenizer is not a case with prompts'],
  ])('refuses %s', async (id, message) => {
    await expect(loadReference(id)).rejects.toThrow(message)
  })
})

describe('toMatchReference', () => {
  it.each<[string, EngineOutput]>([
    ['everything', exact],
    ['logits alone', { logits: exact.logits }],
    ['decoding alone', { decodeLogits: exact.decodeLogits }],
    ['tokens alone', { generated: exact.generated }],
    ['matrices', { logits: reference.prompts.map((_, i) => tensorOf(`${i}.logits`)) }],
    ['plain numbers', { logits: exact.logits.map((rows) => rows.map((row) => Array.from(row))) }],
    ['an error within the limits', { logits: moved(2, 20, 7, 4 * reference.spread.max) }],
  ])('passes %s', (_, output) => {
    expect(output).toMatchReference(reference)
  })

  it('says where logits are beyond, by how much, and what was not compared', () => {
    const message = refusalOf(() => {
      expect({ logits: moved(2, 9, 7, 0.5) }).toMatchReference(reference)
    })
    expect(message.replaceAll(/\d\.\de-\d/g, '#')).toMatchInlineSnapshot(`
      "gemma4/e2b/pruned: logits differ from the reference by 0.50 at position 9 of prompt 'long', and by 443 × the spread over the case
      Reference: transformers@5.23.0/float64, recorded. Its own error in float32: # root-mean-square, # at most; the limits are 4 × and 8 × that.
      Not compared: logits of the decoding steps, generated tokens."
    `)
  })

  it('fails a swap among the five highest, which the reference can tell apart', () => {
    const [first, second] = [...exact.logits[1][5].entries()].sort((a, b) => b[1] - a[1])
    const output = { logits: moved(1, 5, second[0], 2 * (first[1] - second[1])) }
    expect(output).not.toMatchReference(reference)
    expect(
      refusalOf(() => {
        expect(output).toMatchReference(reference)
      }),
    ).toMatch(/^gemma4\/e2b\/pruned: logits differ .* over the case; also out of bounds: top-k\n/)
  })

  it('fails another token', () => {
    const generated = exact.generated.map((tokens) => [...tokens])
    generated[0][3] = (generated[0][3] + 1) % 512
    expect(
      refusalOf(() => {
        expect({ generated }).toMatchReference(reference)
      }),
    ).toMatch(
      /^gemma4\/e2b\/pruned: generation diverges at generated token 3 of prompt 'one': token \d+ \(rank \d+ in the reference\) instead of \d+, which leads by [\d.]+\n/,
    )
  })

  it.each<[string, EngineOutput]>([
    ['logits of the prompts: a list of 1, where the case has 3 prompts', { logits: exact.logits.slice(0, 1) }],
    [
      "31 generated tokens of prompt 'short', where the case asks for 32",
      { generated: exact.generated.map((tokens, i) => (i === 1 ? tokens.slice(1) : tokens)) },
    ],
    [
      "logits of prompt 'long': the reference has [21, 512], the engine [20, 512]; also out of bounds: top-k",
      { logits: exact.logits.map((rows, i) => (i === 2 ? rows.slice(1) : rows)) },
    ],
    ["the logits hold NaN or infinity, first at position 4 of prompt 'short'", { logits: moved(1, 4, 0, NaN) }],
  ])('fails: %s', (sentence, output) => {
    const message = refusalOf(() => {
      expect(output).toMatchReference(reference)
    })
    expect(message.split('\n')[0]).toBe(`gemma4/e2b/pruned: ${sentence}`)
  })

  it('refuses what can be neither right nor wrong, also behind .not', () => {
    const nothing = 'there is nothing to compare with gemma4/e2b/pruned'
    expect(() => {
      expect({}).toMatchReference(reference)
    }).toThrow(nothing)
    expect(() => {
      expect({}).not.toMatchReference(reference)
    }).toThrow(nothing)
    expect(() => {
      expect(exact).toMatchReference(Promise.resolve(reference) as never)
    }).toThrow('toMatchReference takes what loadReference gives')
    expect(() => {
      expect({ logits: [[[1, 2], [1]], [], []] }).toMatchReference(reference)
    }).toThrow('row 1 of the logits has 1 columns, row 0 has 2')
  })
})

describe('toHaveTopK', () => {
  const row = [0.5, 4, -1, 3.75, 2]

  it('takes the order of the logits', () => {
    expect(row).toHaveTopK([1, 3, 4])
    expect(Float32Array.from(row)).toHaveTopK([1])
    expect(row).not.toHaveTopK([3, 1])
    expect(row).not.toHaveTopK([1, 3, 0])
  })

  it('lets two tokens change places that are near', () => {
    expect(row).toHaveTopK([3, 1, 4], { within: 0.25 })
    expect(row).not.toHaveTopK([3, 1, 4], { within: 0.24 })
  })

  it('says which rank differs, and by how much', () => {
    expect(
      refusalOf(() => {
        expect(row).toHaveTopK([1, 4], { within: 1 })
      }),
    ).toBe(
      'the top 2 differ at rank 1: token 3 (3.75000) stands where 4 (2.00000) is expected, 1.75 behind, more than 1',
    )
    expect(
      refusalOf(() => {
        expect(row).not.toHaveTopK([1])
      }),
    ).toBe('the top 1 are 1, within 0')
  })

  it('fails NaN, wherever it stands', () => {
    expect(
      refusalOf(() => {
        expect([3, 2, NaN]).toHaveTopK([0])
      }),
    ).toBe('the logit of token 2 is NaN')
  })

  it.each([
    [[], 'toHaveTopK was given no ids'],
    [[1, 1], 'toHaveTopK was given the id 1'],
    [[5], 'toHaveTopK was given the id 5'],
    [[0.5], 'toHaveTopK was given the id 0.5'],
  ])('refuses ids %j', (ids, message) => {
    expect(() => {
      expect(row).toHaveTopK(ids)
    }).toThrow(message)
  })
})
