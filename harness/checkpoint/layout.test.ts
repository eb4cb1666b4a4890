import { describe, expect, it } from 'vitest'
import { parseGemma4Config } from './config.js'
import { checkLayout, expectedTensors } from './layout.js'

const tiny = {
  model_type: 'gemma4_text',
  vocab_size: 32,
  vocab_size_per_layer_input: 30,
  hidden_size: 24,
  intermediate_size: 20,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  global_head_dim: 16,
  num_kv_shared_layers: 2,
  hidden_size_per_layer_input: 6,
  layer_types: ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention'],
}
const config = (changes: object = {}) => parseGemma4Config({ ...tiny, ...changes }, 'config.json')
const moe = {
  num_kv_shared_layers: 0,
  enable_moe_block: true,
  num_experts: 6,
  top_k_experts: 2,
  moe_intermediate_size: 5,
  attention_k_eq_v: true,
  num_global_key_value_heads: 1,
  attention_bias: true,
  hidden_size_per_layer_input: 0,
  tie_word_embeddings: false,
}

type Tensors = Map<string, { shape: readonly number[] }>

function check(changes: object, mutate: (tensors: Tensors) => void = () => undefined) {
  const tensors: Tensors = new Map(expectedTensors(config(changes)).map(({ name, shape }) => [name, { shape }]))
  mutate(tensors)
  return checkLayout(config(changes), tensors)
}

const shapes = (changes: object, layer: number) =>
  Object.fromEntries(
    expectedTensors(config(changes))
      .filter(({ name }) => !name.includes('.layers.') || name.includes(`.layers.${layer}.`))
      .map(({ name, shape }) => [name, shape.join('×')]),
  )

// Names and shapes as in files that transformers 5.23 saved with `save_pretrained`.
describe('expected tensors', () => {
  it('of a layer with keys and values of its own, and of the whole', () => {
    expect(shapes({}, 1)).toMatchInlineSnapshot(`
      {
        "model.embed_tokens.weight": "32×24",
        "model.embed_tokens_per_layer.weight": "30×24",
        "model.layers.1.input_layernorm.weight": "24",
        "model.layers.1.layer_scalar": "1",
        "model.layers.1.mlp.down_proj.weight": "24×20",
        "model.layers.1.mlp.gate_proj.weight": "20×24",
        "model.layers.1.mlp.up_proj.weight": "20×24",
        "model.layers.1.per_layer_input_gate.weight": "6×24",
        "model.layers.1.per_layer_projection.weight": "24×6",
        "model.layers.1.post_attention_layernorm.weight": "24",
        "model.layers.1.post_feedforward_layernorm.weight": "24",
        "model.layers.1.post_per_layer_input_norm.weight": "24",
        "model.layers.1.pre_feedforward_layernorm.weight": "24",
        "model.layers.1.self_attn.k_norm.weight": "16",
        "model.layers.1.self_attn.k_proj.weight": "32×24",
        "model.layers.1.self_attn.o_proj.weight": "24×64",
        "model.layers.1.self_attn.q_norm.weight": "16",
        "model.layers.1.self_attn.q_proj.weight": "64×24",
        "model.layers.1.self_attn.v_proj.weight": "32×24",
        "model.norm.weight": "24",
        "model.per_layer_model_projection.weight": "24×24",
        "model.per_layer_projection_norm.weight": "6",
      }
    `)
  })

  it('of a shared layer with a double-wide MLP', () => {
    expect(shapes({ use_double_wide_mlp: true }, 2)).toMatchInlineSnapshot(`
      {
        "model.embed_tokens.weight": "32×24",
        "model.embed_tokens_per_layer.weight": "30×24",
        "model.layers.2.input_layernorm.weight": "24",
        "model.layers.2.layer_scalar": "1",
        "model.layers.2.mlp.down_proj.weight": "24×40",
        "model.layers.2.mlp.gate_proj.weight": "40×24",
        "model.layers.2.mlp.up_proj.weight": "40×24",
        "model.layers.2.per_layer_input_gate.weight": "6×24",
        "model.layers.2.per_layer_projection.weight": "24×6",
        "model.layers.2.post_attention_layernorm.weight": "24",
        "model.layers.2.post_feedforward_layernorm.weight": "24",
        "model.layers.2.post_per_layer_input_norm.weight": "24",
        "model.layers.2.pre_feedforward_layernorm.weight": "24",
        "model.layers.2.self_attn.o_proj.weight": "24×32",
        "model.layers.2.self_attn.q_norm.weight": "8",
        "model.layers.2.self_attn.q_proj.weight": "32×24",
        "model.norm.weight": "24",
        "model.per_layer_model_projection.weight": "24×24",
        "model.per_layer_projection_norm.weight": "6",
      }
    `)
  })

  it('of experts, keys as values, biases, an untied head and no per-layer embeddings', () => {
    expect(shapes(moe, 3)).toMatchInlineSnapshot(`
      {
        "lm_head.weight": "32×24",
        "model.embed_tokens.weight": "32×24",
        "model.layers.3.experts.down_proj": "6×24×5",
        "model.layers.3.experts.gate_up_proj": "6×10×24",
        "model.layers.3.input_layernorm.weight": "24",
        "model.layers.3.layer_scalar": "1",
        "model.layers.3.mlp.down_proj.weight": "24×20",
        "model.layers.3.mlp.gate_proj.weight": "20×24",
        "model.layers.3.mlp.up_proj.weight": "20×24",
        "model.layers.3.post_attention_layernorm.weight": "24",
        "model.layers.3.post_feedforward_layernorm.weight": "24",
        "model.layers.3.post_feedforward_layernorm_1.weight": "24",
        "model.layers.3.post_feedforward_layernorm_2.weight": "24",
        "model.layers.3.pre_feedforward_layernorm.weight": "24",
        "model.layers.3.pre_feedforward_layernorm_2.weight": "24",
        "model.layers.3.router.per_expert_scale": "6",
        "model.layers.3.router.proj.weight": "6×24",
        "model.layers.3.router.scale": "24",
        "model.layers.3.self_attn.k_norm.weight": "16",
        "model.layers.3.self_attn.k_proj.bias": "16",
        "model.layers.3.self_attn.k_proj.weight": "16×24",
        "model.layers.3.self_attn.o_proj.bias": "24",
        "model.layers.3.self_attn.o_proj.weight": "24×64",
        "model.layers.3.self_attn.q_norm.weight": "16",
        "model.layers.3.self_attn.q_proj.bias": "64",
        "model.layers.3.self_attn.q_proj.weight": "64×24",
        "model.norm.weight": "24",
      }
    `)
  })

  it('carry the prefix, but for the head', () => {
    const names = expectedTensors({ ...config(moe), prefix: 'model.language_model.' }).map(({ name }) => name)
    expect(names.filter((name) => !name.startsWith('model.language_model.'))).toEqual(['lm_head.weight'])
  })
})

describe('layout', () => {
  it('is fine where everything is there', () => {
    expect(check({})).toEqual({
      kind: 'pruned',
      kvSharing: [
        { layer: 2, donor: 0 },
        { layer: 3, donor: 1 },
      ],
      missing: [],
      unexpected: [],
      shapeMismatch: [],
      unused: [],
      ok: true,
    })
    expect(check({ num_kv_shared_layers: 0 })).toMatchObject({ kind: 'none', kvSharing: [], ok: true })
    expect(check(moe)).toMatchObject({ kind: 'none', ok: true })
  })

  it('names what is missing, unexpected and of another shape', () => {
    const layout = check({}, (tensors) => {
      tensors.delete('model.norm.weight')
      tensors.delete('model.layers.0.self_attn.k_proj.weight')
      tensors.set('model.layers.0.layer_scalar', { shape: [] })
      tensors.set('model.layers.3.mlp.down_proj.weight', { shape: [20, 24] })
      tensors.set('model.layers.0.self_attn.v_norm.weight', { shape: [8] })
      tensors.set('model.layers.4.self_attn.k_proj.weight', { shape: [16, 24] })
      tensors.set('model.layers.2.self_attn.k_proj.lora_A', { shape: [1] })
      tensors.set('extra', { shape: [1] })
    })
    expect(layout).toMatchInlineSnapshot(`
      {
        "kind": "pruned",
        "kvSharing": [
          {
            "donor": 0,
            "layer": 2,
          },
          {
            "donor": 1,
            "layer": 3,
          },
        ],
        "missing": [
          "model.norm.weight",
          "model.layers.0.self_attn.k_proj.weight",
        ],
        "ok": false,
        "shapeMismatch": [
          {
            "actual": [],
            "expected": [
              1,
            ],
            "name": "model.layers.0.layer_scalar",
          },
          {
            "actual": [
              20,
              24,
            ],
            "expected": [
              24,
              20,
            ],
            "name": "model.layers.3.mlp.down_proj.weight",
          },
        ],
        "unexpected": [
          "model.layers.0.self_attn.v_norm.weight",
          "model.layers.4.self_attn.k_proj.weight",
          "model.layers.2.self_attn.k_proj.lora_A",
          "extra",
        ],
        "unused": [],
      }
    `)
  })

  const kv = (layer: number, parts = ['k_proj', 'v_proj', 'k_norm']) =>
    parts.map((part) => `model.layers.${layer}.self_attn.${part}.weight`)
  const adding = (names: readonly string[]) => (tensors: Tensors) => {
    for (const name of names) tensors.set(name, { shape: [1] })
  }

  it.each([
    ['redundant', {}, [...kv(2), ...kv(3)]],
    ['redundant', { attention_k_eq_v: true }, [...kv(2), ...kv(3, ['k_proj', 'k_norm'])]],
    ['mixed', {}, kv(2)],
    ['mixed', {}, [...kv(2), ...kv(3, ['k_proj'])]],
    ['mixed', {}, kv(3, ['v_norm'])],
  ])('is %s, and fine, where shared layers carry K/V of any shape', (kind, changes, names) => {
    expect(check(changes, adding(names))).toMatchObject({ kind, unused: names, ok: true })
  })

  it('accepts towers and rotary buffers, unused', () => {
    const names = [
      'model.vision_tower.encoder.layers.0.mlp.up_proj.linear.weight',
      'model.audio_tower.layers.0.x',
      'model.embed_vision.embedding_projection.weight',
      'embed_audio.embedding_projection.weight',
      'model.rotary_emb.inv_freq',
    ]
    expect(check({}, adding(names))).toMatchObject({ kind: 'pruned', unused: names, ok: true })
    expect(check({}, adding(['model.vision_towers.x', 'multi_modal_projector.x'])).unexpected).toHaveLength(2)
  })

  it('misses the head of an untied model', () => {
    expect(check(moe, (tensors) => tensors.delete('lm_head.weight')).missing).toEqual(['lm_head.weight'])
  })
})
