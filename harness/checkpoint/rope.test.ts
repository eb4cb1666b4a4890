import { describe, expect, it } from 'vitest'
import { parseGemma4Config, type Gemma4Config } from './config.js'
import { refusal } from './refusal.fixture.js'

const [S, F] = ['sliding_attention', 'full_attention']
type Fields = Readonly<Record<string, unknown>>

const parse = (changes: Fields) => parseGemma4Config({ model_type: 'gemma4_text', ...changes }, 'config.json')
const refuse = (changes: Fields) => refusal(Promise.resolve(changes).then(parse))

// Values as in the model that transformers 5.23 builds for the same config.json.
describe('rotary parameters', () => {
  const sliding = { rope_type: 'default', rope_theta: 100 }
  const full = { rope_type: 'proportional', rope_theta: 1000, partial_rotary_factor: 0.5 }

  it.each<[string, Fields, Gemma4Config['rope']]>([
    [
      'as stated',
      { rope_parameters: { [S]: sliding, [F]: { ...full, factor: 8 }, chunked_attention: { rope_type: 'yarn' } } },
      {
        sliding: { type: 'default', theta: 100, fraction: 1, factor: 1 },
        full: { type: 'proportional', theta: 1000, fraction: 0.5, factor: 8 },
      },
    ],
    [
      'the whole head by default',
      {
        rope_parameters: {
          [S]: { ...sliding, partial_rotary_factor: 0.5, factor: 3 },
          [F]: { type: 'proportional', rope_theta: 9 },
        },
      },
      {
        sliding: { type: 'default', theta: 100, fraction: 1, factor: 1 },
        full: { type: 'proportional', theta: 9, fraction: 1, factor: 1 },
      },
    ],
    [
      'of the types in use',
      { num_hidden_layers: 2, layer_types: [F, F], rope_parameters: { [F]: { rope_theta: 5 } } },
      { sliding: null, full: { type: 'default', theta: 5, fraction: 1, factor: 1 } },
    ],
  ])('%s', (_, changes, expected) => {
    expect(parse(changes).rope).toEqual(expected)
  })

  it('are refused where they cannot be computed', async () => {
    expect(await refuse({ rope_parameters: { [S]: sliding } })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: rope_parameters.full_attention is missing, but there are full_attention layers"`,
    )
    expect(await refuse({ rope_parameters: { [S]: null, [F]: full } })).toContain(
      'rope_parameters.sliding_attention is missing',
    )
    expect(await refuse({ rope_parameters: sliding })).toContain('rope_parameters.sliding_attention is missing')
    expect(
      await refuse({ rope_parameters: { [S]: sliding, [F]: { ...full, rope_type: 'yarn' } } }),
    ).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: rope_parameters.full_attention: rope_type 'yarn' is not supported"`,
    )
    expect(await refuse({ rope_parameters: { [S]: { rope_type: 'default' }, [F]: full } })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: rope_parameters.sliding_attention.rope_theta: is missing"`,
    )
    expect(
      await refuse({ rope_parameters: { [S]: sliding, [F]: { ...full, partial_rotary_factor: 2 } } }),
    ).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: rope_parameters.full_attention.partial_rotary_factor: Too big: expected number to be <=1"`,
    )
    expect(await refuse({ rope_scaling: { [S]: sliding, [F]: full } })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: rope_scaling is not read"`,
    )
  })
})
