import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Relayout } from '../../types.js'
import { refusal, temporaryFolder } from '../refusal.fixture.js'
import type { TensorToWrite } from '../safetensors-writer.js'
import { relayout } from './relayout.js'
import { rewritten, tiny } from './relayout.fixture.js'

/** The refusal of `wanted`; nothing may be left beside the destination. */
async function refuse(source: string, wanted: Relayout): Promise<string> {
  const home = await temporaryFolder()
  const message = await refusal(relayout(source, join(home, 'out'), wanted), source)
  expect(await readdir(home)).toEqual([])
  return message
}

const setValue = (name: string, index: number, value: number) => (tensors: Map<string, TensorToWrite>) => {
  const { data } = tensors.get(name) as TensorToWrite & { data: Float32Array }
  data[index] = value
}

describe('refuses, naming file and field or tensor', () => {
  it('a layout where nothing is shared, or too little', async () => {
    const alone = await tiny({ config: { num_kv_shared_layers: 0 } })
    expect(await refuse(alone, { layout: 'redundant' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/config.json: num_kv_shared_layers: no layer shares keys and values, so there is no redundant layout"`,
    )
    expect(await refuse(alone, { layout: 'mixed' })).toContain('no layer shares')
    const one = await tiny({ config: { num_kv_shared_layers: 1 } })
    expect(await refuse(one, { layout: 'mixed' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/config.json: num_kv_shared_layers: only one layer shares keys and values, so there is no mixed layout"`,
    )
  })

  it('redundant tensors of another shape than the donor’s', async () => {
    const name = 'model.layers.2.self_attn.k_proj.weight'
    const source = await tiny({
      mutate: (tensors) => tensors.set(name, { name, dtype: 'F32', shape: [3, 2], data: new Float32Array(6) }),
    })
    expect(await refuse(source, { layout: 'redundant' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/model.safetensors: tensor 'model.layers.2.self_attn.k_proj.weight' is [3, 2]; a layer like its donor has [16, 24]"`,
    )
  })

  it('a value that float16 or bfloat16 cannot hold, though it holds infinities', async () => {
    const name = 'model.layers.1.mlp.up_proj.weight'
    const infinite = await tiny({ mutate: setValue(name, 50, -Infinity) })
    expect(await readdir(await rewritten(infinite, { dtype: 'float16' }))).toContain('model.safetensors')
    const large = await tiny({ mutate: setValue(name, 50, -65_520) })
    expect(await refuse(large, { dtype: 'float16' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/model.safetensors: tensor 'model.layers.1.mlp.up_proj.weight' holds -65520 at [2, 2], too large for float16 (largest: 65504)"`,
    )
    const huge = await tiny({ mutate: setValue(name, 479, 3.4e38) })
    expect(await refuse(huge, { dtype: 'bfloat16' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/model.safetensors: tensor 'model.layers.1.mlp.up_proj.weight' holds 3.3999999521443642e+38 at [19, 23], too large for bfloat16 (largest: 3.3895e38)"`,
    )
  })

  it('float64', async () => {
    const name = 'model.vision_tower.x'
    const source = await tiny({
      mutate: (tensors) => tensors.set(name, { name, dtype: 'F64', shape: [1], data: Float64Array.of(1) }),
    })
    expect(await refuse(source, { dtype: 'float32' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/model.safetensors: tensor 'model.vision_tower.x' has dtype F64, which is not converted here"`,
    )
  })

  it('more files than tensors, and what is no number of files', async () => {
    const source = await tiny()
    expect(await refuse(source, { shards: 68 })).toMatchInlineSnapshot(
      `"PARITY_USAGE 68 weights files are wanted, but there are only 67 tensors"`,
    )
    for (const shards of [0, -1, 1.5, 'many', '5 GiB', '0KB', '1e3']) {
      expect(await refuse(source, { shards })).toMatch(/^PARITY_USAGE shards/)
    }
  })

  it('a text model in the place of one with towers', async () => {
    const source = await tiny({
      multimodal: true,
      mutate: (tensors) => {
        for (const name of ['model.vision_tower.a', 'model.audio_tower.b', 'model.embed_vision.c']) {
          tensors.set(name, { name, dtype: 'F32', shape: [1], data: Float32Array.of(1) })
        }
      },
    })
    expect(await refuse(source, { prefix: 'model.' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER: has 3 vision and audio tensors, which a text model has no place for"`,
    )
    expect(await refuse(source, { prefix: '' })).toContain('has 3 vision and audio tensors')
  })

  it('an old config that cannot say what the layers have', async () => {
    const heads = await tiny({
      config: { per_layer_config: { 1: { num_key_value_heads: 1 }, 3: { num_key_value_heads: 1 } } },
    })
    expect(await refuse(heads, { config: 'old' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/config.json: per_layer_config.1.num_key_value_heads: layer 1 has 1 K/V heads and layer 0 has 2; the old fields can say so only with attention_k_eq_v"`,
    )
    const other = await tiny({ multimodal: true, config: { per_layer_config: { 1: { skip: [] } } } })
    expect(await refuse(other, { config: 'old' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/config.json: text_config.per_layer_config.1.skip: the old fields have no place for it"`,
    )
    const differing = await tiny({ config: { per_layer_config: { 3: { head_dim: 16 } } } })
    expect(await refuse(differing, { config: 'old' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/config.json: the full layers 1 (2 × 8) and 3 (2 × 16) differ in heads"`,
    )
  })

  it('a tied head that is not the table', async () => {
    const source = await tiny({ config: { tie_word_embeddings: false } })
    expect(await refuse(source, { head: 'tied' })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/model.safetensors: tensor 'lm_head.weight' differs from 'model.embed_tokens.weight', so a tied head would be another model"`,
    )
  })

  it('quantised checkpoints, and tensors that do not fit the config', async () => {
    expect(await refuse(await tiny({ outer: { quantization_config: { bits: 4 } } }), {})).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/config.json: quantization_config: quantised checkpoints are not read by this engine"`,
    )
    const incomplete = await tiny({ mutate: (tensors) => tensors.delete('model.norm.weight') })
    expect(await refuse(incomplete, {})).toMatch(/^PARITY_LAYOUT[^]*model\.norm\.weight/)
  })

  it('a config that states a field twice', async () => {
    const source = await tiny()
    const file = join(source, 'config.json')
    await writeFile(file, (await readFile(file, 'utf8')).replace('{', '{ "bos_token_id": 3,'))
    expect(await refuse(source, {})).toMatch(/^PARITY_CHECKPOINT FOLDER\/config\.json: cannot be rewritten/)
  })

  it('a link out of the source', async () => {
    const [source, outside] = [await tiny(), await temporaryFolder()]
    await writeFile(join(outside, 'tokenizer.json'), '{}')
    await symlink(join(outside, 'tokenizer.json'), join(source, 'tokenizer.json'))
    expect(await refuse(source, {})).toMatch(/tokenizer\.json: links to .* outside the checkpoint's folder/)
  })
})

describe('refuses as a destination', () => {
  it('the source, a file, what is not empty, and what has no folder above it', async () => {
    const [source, home] = [await tiny(), await temporaryFolder()]
    await symlink(source, join(home, 'same'))
    await writeFile(join(home, 'file'), '')
    await mkdir(join(home, 'full/of'), { recursive: true })
    const refuseAt = (destination: string) => refusal(relayout(source, destination, {}), home)
    expect(await refuseAt(join(home, 'same'))).toBe(
      'PARITY_USAGE FOLDER/same: source and destination are the same folder',
    )
    expect(await refuseAt(source)).toContain('source and destination are the same folder')
    expect(await refuseAt(join(home, 'file'))).toBe('PARITY_USAGE FOLDER/file: is not a folder')
    expect(await refuseAt(join(home, 'full'))).toBe('PARITY_USAGE FOLDER/full: is not empty')
    expect(await refuseAt(join(home, 'no/out'))).toContain('the folder that it should stand in does not exist')
  })
})
