import { describe, expect, it } from 'vitest'
import { refusal } from './refusal.fixture.js'
import { parseGemma4Config, type Gemma4Config } from './config.js'

const [S, F] = ['sliding_attention', 'full_attention']
const tiny = {
  model_type: 'gemma4_text',
  architectures: ['Gemma4ForCausalLM'],
  vocab_size: 32,
  hidden_size: 24,
  intermediate_size: 16,
  num_hidden_layers: 4,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  head_dim: 8,
  global_head_dim: 16,
  num_kv_shared_layers: 2,
  layer_types: [S, F, S, F],
}
type Fields = Readonly<Record<string, unknown>>

const parse = (changes: Fields) => parseGemma4Config({ ...tiny, ...changes }, 'config.json')
const refuse = (changes: Fields) => refusal(Promise.resolve(changes).then(parse))

/** One word a layer: type, key/value heads × head size, MLP width, `=` for keys as values, `<` donor. */
function geometry({ layers }: Gemma4Config): string {
  return layers
    .map(({ type, headDim, kvHeads, intermediateSize, donor, keyIsValue }) => {
      const marks = (keyIsValue ? '=' : '') + (donor === null ? '' : `<${donor}`)
      return `${type.charAt(0)}${kvHeads}×${headDim}/${intermediateSize}${marks}`
    })
    .join(' ')
}

const each = (count: number, entry: (index: number) => unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [String(index), entry(index)]))

// What transformers 5.23 builds for the same config.json, read from the model it made.
describe('layers as in transformers', () => {
  it.each<[string, Fields, string]>([
    ['both spellings absent', { global_head_dim: undefined }, 's1×8/16 f1×512/16 s1×8/16<0 f1×512/16<1'],
    ['global_head_dim', {}, 's1×8/16 f1×16/16 s1×8/16<0 f1×16/16<1'],
    ['per_layer_config null', { per_layer_config: null }, 's1×8/16 f1×8/16 s1×8/16<0 f1×8/16<1'],
    ['per_layer_config empty', { per_layer_config: {} }, 's1×8/16 f1×8/16 s1×8/16<0 f1×8/16<1'],
    [
      'padded keys',
      { per_layer_config: { '01': { head_dim: 12 }, '003': { head_dim: 12 } } },
      's1×8/16 f1×12/16 s1×8/16<0 f1×12/16<1',
    ],
    [
      'every layer stated',
      { per_layer_config: each(4, (i) => ({ head_dim: i % 2 ? 12 : 8, num_key_value_heads: 1 + (i % 2) })) },
      's1×8/16 f2×12/16 s1×8/16<0 f2×12/16<1',
    ],
    [
      'sliding layers stated',
      { per_layer_config: { 0: { head_dim: 12 }, 2: { head_dim: 12 } } },
      's1×12/16 f1×8/16 s1×12/16<0 f1×8/16<1',
    ],
    [
      'the same value for a layer as for all, and names nobody reads',
      { per_layer_config: { 1: { intermediate_size: 16, skip: ['mlp'] } } },
      's1×8/16 f1×8/16 s1×8/16<0 f1×8/16<1',
    ],
    ['global kv heads alone', { num_global_key_value_heads: 2 }, 's1×8/16 f1×16/16 s1×8/16<0 f1×16/16<1'],
    [
      'global kv heads with attention_k_eq_v',
      { num_global_key_value_heads: 2, attention_k_eq_v: true },
      's1×8/16 f2×16/16= s1×8/16<0 f2×16/16=<1',
    ],
    ['the last layer is always full', { layer_types: [S, F, S, S] }, 's1×8/16 f1×16/16 s1×8/16<0 f1×16/16<1'],
    ['all full', { layer_types: [F, F, F, F] }, 'f1×16/16 f1×16/16 f1×16/16<1 f1×16/16<1'],
    ['nothing shared', { num_kv_shared_layers: 0 }, 's1×8/16 f1×16/16 s1×8/16 f1×16/16'],
    ['double-wide MLP', { use_double_wide_mlp: true }, 's1×8/16 f1×16/16 s1×8/32<0 f1×16/32<1'],
    [
      'default pattern',
      { layer_types: null, num_hidden_layers: 13, num_kv_shared_layers: 5 },
      's1×8/16 s1×8/16 s1×8/16 s1×8/16 s1×8/16 f1×16/16 s1×8/16 s1×8/16 s1×8/16<7 s1×8/16<7 s1×8/16<7 f1×16/16<5 f1×16/16<5',
    ],
  ])('%s', (_, changes, expected) => {
    expect(geometry(parse(changes))).toBe(expected)
  })

  it('E2B: layers 15 to 34 share those of 13 and 14', () => {
    const types = Array.from({ length: 35 }, (_, index) => (index % 5 === 4 ? F : S))
    const { layers } = parse({ layer_types: types, num_hidden_layers: 35, num_kv_shared_layers: 20 })
    expect(new Set(layers.slice(0, 15).map(({ donor }) => donor))).toEqual(new Set([null]))
    expect(layers.slice(15).map(({ donor }) => donor)).toEqual(types.slice(15).map((type) => (type === F ? 14 : 13)))
  })
})

describe('fields', () => {
  it('have the defaults of transformers', () => {
    const { layers, ...config } = parseGemma4Config({ model_type: 'gemma4_text' }, 'config.json')
    expect(config).toMatchInlineSnapshot(`
      {
        "architecture": "Gemma4ForCausalLM",
        "attentionBias": false,
        "eps": 0.000001,
        "experts": null,
        "heads": 8,
        "hiddenSize": 2304,
        "perLayerInputSize": 256,
        "prefix": "model.",
        "rope": {
          "full": {
            "factor": 1,
            "fraction": 0.25,
            "theta": 1000000,
            "type": "proportional",
          },
          "sliding": {
            "factor": 1,
            "fraction": 1,
            "theta": 10000,
            "type": "default",
          },
        },
        "slidingWindow": 512,
        "softcap": null,
        "tied": true,
        "vocabSize": 262144,
        "vocabSizePerLayerInput": 262144,
      }
    `)
    expect(layers).toHaveLength(30)
    expect(layers.slice(4, 6)).toMatchInlineSnapshot(`
      [
        {
          "donor": null,
          "headDim": 256,
          "index": 4,
          "intermediateSize": 9216,
          "keyIsValue": false,
          "kvHeads": 4,
          "type": "sliding",
        },
        {
          "donor": null,
          "headDim": 512,
          "index": 5,
          "intermediateSize": 9216,
          "keyIsValue": false,
          "kvHeads": 4,
          "type": "full",
        },
      ]
    `)
  })

  it('of a multimodal model come from text_config, but for the tie of its head', () => {
    const text = { ...tiny, model_type: undefined, architectures: undefined }
    const outer = { model_type: 'gemma4', architectures: ['Gemma4ForConditionalGeneration'] }
    const config = parseGemma4Config(
      { ...outer, text_config: { ...text, tie_word_embeddings: false, final_logit_softcapping: 30 }, hidden_size: 7 },
      'config.json',
    )
    expect(config).toMatchObject({ hiddenSize: 24, softcap: 30, tied: true, prefix: 'model.language_model.' })
    const untied = { ...outer, text_config: text, tie_word_embeddings: false }
    expect(parseGemma4Config(untied, 'config.json').tied).toBe(false)
  })

  it('state experts', () => {
    const moe = { enable_moe_block: true, num_experts: 6, top_k_experts: 3, moe_intermediate_size: 5 }
    expect(parse(moe).experts).toEqual({ count: 6, topK: 3, intermediateSize: 5 })
    expect(parse({ ...moe, enable_moe_block: false }).experts).toBeNull()
  })
})

describe('refuses', () => {
  it('what is not Gemma 4', async () => {
    expect(await refuse({ model_type: 'llama', architectures: ['LlamaForCausalLM'] })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: not a Gemma 4 model (architecture LlamaForCausalLM, model_type llama)"`,
    )
    expect(await refuse({ model_type: undefined, architectures: undefined })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: not a Gemma 4 model (architecture not stated, model_type not stated)"`,
    )
    expect(await refuse({ model_type: 'gemma4_unified' })).toContain('not a Gemma 4 model')
    expect(await refuse({ architectures: ['Gemma3ForCausalLM'] })).toContain('not a Gemma 4 model')
    expect(
      await refusal(Promise.resolve([]).then((json) => parseGemma4Config(json, 'config.json'))),
    ).toMatchInlineSnapshot(`"PARITY_CHECKPOINT config.json: expected object, received array"`)
  })

  it('fields of a wrong type, all of them named', async () => {
    expect(
      await refuse({ hidden_size: '24', rms_norm_eps: null, num_hidden_layers: 2.5, head_dim: 0 }),
    ).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: hidden_size: expected number, received string; num_hidden_layers: expected int, received number; head_dim: Too small: expected number to be >0; rms_norm_eps: expected number, received null"`,
    )
    const nested = { model_type: 'gemma4', architectures: undefined, text_config: { sliding_window: 0 } }
    expect(await refuse(nested)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: text_config.sliding_window: Too small: expected number to be >0"`,
    )
    expect(await refuse({ layer_types: [S, 'chunked_attention', S, F] })).toContain('layer_types.1')
    expect(await refuse({ num_hidden_layers: 1e9, layer_types: undefined })).toContain('num_hidden_layers: Too big')
    expect(await refuse({ final_logit_softcapping: 0 })).toContain('final_logit_softcapping')
  })

  it('layer_types of another length', async () => {
    expect(await refuse({ layer_types: [S, F, F] })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: layer_types has 3 entries for 4 layers"`,
    )
  })

  it('shared layers without a donor', async () => {
    expect(await refuse({ num_kv_shared_layers: 3 })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: num_kv_shared_layers: layer 1 shares keys and values, but no full layer before the shared ones has its own"`,
    )
    expect(await refuse({ num_kv_shared_layers: 4 })).toContain('layer 0 shares')
    expect(await refuse({ num_kv_shared_layers: 5 })).toContain('layer 0 shares')
    expect(await refuse({ num_kv_shared_layers: -1 })).toContain('num_kv_shared_layers')
  })

  it('heads that do not fit', async () => {
    expect(await refuse({ num_attention_heads: 3, num_key_value_heads: 2 })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: layer 0: 3 heads cannot share 2 key/value heads evenly"`,
    )
    expect(await refuse({ head_dim: 7 })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: layer 0: head_dim is 7, an odd number"`,
    )
    expect(await refuse({ global_head_dim: null })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: layer 1: head_dim is null; expected a whole number from 1"`,
    )
  })

  it('a per_layer_config that transformers refuses', async () => {
    expect(await refuse({ per_layer_config: { 1: { head_dim: 12 } } })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: the full layers 1 (1 × 12) and 3 (1 × 8) differ in heads"`,
    )
    expect(await refuse({ per_layer_config: { 4: { head_dim: 12 } } })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: per_layer_config: there is no layer '4'"`,
    )
    expect(await refuse({ per_layer_config: { '-1': { head_dim: 12 } } })).toContain("there is no layer '-1'")
    expect(await refuse({ per_layer_config: { 1: { intermediate_size: 12 } } })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: per_layer_config.1.intermediate_size: only head_dim and num_key_value_heads may differ from layer to layer"`,
    )
    expect(await refuse({ per_layer_config: { 1: { head_dim: '12' } } })).toContain('layer 1: head_dim is "12"')
  })

  it('experts that are not there', async () => {
    const moe = { enable_moe_block: true, num_experts: 2, moe_intermediate_size: 5 }
    expect(await refuse(moe)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: enable_moe_block needs num_experts, top_k_experts and moe_intermediate_size"`,
    )
    expect(await refuse({ ...moe, top_k_experts: 3 })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: top_k_experts is 3, but there are 2 experts"`,
    )
  })

  it('what is not computed here', async () => {
    expect(await refuse({ hidden_activation: 'silu' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: hidden_activation is 'silu'"`,
    )
    expect(await refuse({ use_bidirectional_attention: 'all' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: use_bidirectional_attention is 'all'"`,
    )
    expect(await refuse({ quantization_config: { quant_method: 'fp8' } })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: quantization_config: quantised checkpoints are not read by this engine"`,
    )
    expect(parse({ quantization_config: null, use_bidirectional_attention: 'vision' }).heads).toBe(2)
  })
})
