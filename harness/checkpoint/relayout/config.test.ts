import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../package-root.js'
import type { Relayout } from '../../types.js'
import { openCheckpoint } from '../checkpoint.js'
import type { TensorValues } from '../safetensors.js'
import type { TensorToWrite } from '../safetensors-writer.js'
import { configOf, configText, hashesOf, rewritten, tiny, valuesOf } from './relayout.fixture.js'

const committed = (name: string) => join(packageRoot, 'cases/checkpoints', name)
const understood = async (folder: string) => (await openCheckpoint(folder)).config

/** Their SHA-256: comparing a million values one by one takes seconds. */
const hashOf = (values: TensorValues) => createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex')

const floats = (name: string, ...data: number[]): TensorToWrite => ({
  name,
  dtype: 'F32',
  shape: [data.length],
  data: Float32Array.from(data),
})

/** A multimodal checkpoint with two tensors of towers. */
const withTowers = () =>
  tiny({
    multimodal: true,
    outer: { vision_config: { hidden_size: 4 }, image_token_id: 7, eos_token_id: [1, 3] },
    mutate: (tensors) => {
      for (const name of ['model.vision_tower.a', 'model.embed_audio.b']) tensors.set(name, floats(name, 1, 2))
    },
  })

describe('prefix', () => {
  const classes = [
    ['model.', 'Gemma4ForCausalLM', false],
    ['model.language_model.', 'Gemma4ForConditionalGeneration', true],
    ['language_model.', 'Gemma4Model', true],
    ['', 'Gemma4TextModel', false],
  ] as const

  it.each(classes)(
    '%o goes with %s, and back: names, numbers and config.json unchanged',
    async (prefix, architecture, wrapped) => {
      for (const source of [committed('gemma-4-e2b-tiny'), committed('gemma-4-26b-a4b-tiny')]) {
        const folder = await rewritten(source, { prefix })
        const before = await understood(source)
        expect(await understood(folder)).toEqual({ ...before, prefix, architecture })
        expect((await configOf(folder)).text_config !== undefined).toBe(wrapped)
        const [there, here] = [await valuesOf(folder), await valuesOf(source)]
        const moved = [...here].map(([name, values]) => [name.replace('model.', prefix), hashOf(values)])
        expect([...there].map(([name, values]) => [name, hashOf(values)])).toEqual(moved)
        expect(await hashesOf(await rewritten(folder, { prefix: 'model.' }))).toEqual(await hashesOf(source))
      }
    },
  )

  it.each(classes)('%o leaves an untied head its name', async (prefix) => {
    const source = await tiny({ config: { tie_word_embeddings: false } })
    const folder = await rewritten(source, { prefix })
    expect((await valuesOf(folder)).get('lm_head.weight')).toEqual((await valuesOf(source)).get('lm_head.weight'))
    expect(await configOf(folder)).toMatchObject({ tie_word_embeddings: false })
  })

  it('takes the head from the outer config, which decides in a multimodal model', async () => {
    const source = await tiny({ multimodal: true, config: { tie_word_embeddings: false } })
    expect(await configOf(await rewritten(source, { prefix: 'model.' }))).toMatchObject({ tie_word_embeddings: true })
    const other = await tiny({ multimodal: true, outer: { tie_word_embeddings: false } })
    expect(await configOf(await rewritten(other, { prefix: 'model.' }))).toMatchObject({ tie_word_embeddings: false })
  })

  it('writes a wrapper as transformers does, and takes it off whole', async () => {
    const folder = await rewritten(committed('gemma-4-e4b-tiny'), { prefix: 'model.language_model.' })
    const outer = await configOf(folder)
    delete outer.text_config
    expect(outer).toMatchInlineSnapshot(`
      {
        "architectures": [
          "Gemma4ForConditionalGeneration",
        ],
        "audio_config": null,
        "audio_token_id": 258881,
        "boa_token_id": 256000,
        "boi_token_id": 255999,
        "dtype": "bfloat16",
        "eoa_token_index": 258883,
        "eoi_token_id": 258882,
        "image_token_id": 258880,
        "initializer_range": 0.02,
        "model_type": "gemma4",
        "tie_word_embeddings": true,
        "transformers_version": "5.23.0",
        "video_token_id": 258884,
        "vision_config": null,
      }
    `)
    expect(Object.keys(outer)).toEqual(Object.keys(outer).sort())
    const bare = await configOf(await rewritten(await withTowers(), { prefix: 'model.' }, { dropTowers: true }))
    expect(Object.keys(bare)).not.toEqual(expect.arrayContaining(['text_config', 'vision_config', 'image_token_id']))
    expect(bare).toMatchObject({ model_type: 'gemma4_text', eos_token_id: 1, hidden_size: 24 })
  })

  it('gives no token of the vocabulary another meaning', async () => {
    const vocabulary = { vocab_size: 258_882, hidden_size: 4, hidden_size_per_layer_input: 0, pad_token_id: null }
    const source = await tiny({ config: vocabulary })
    const folder = await rewritten(source, { prefix: 'model.language_model.' })
    expect(await configOf(folder)).toMatchObject({
      image_token_id: -1,
      audio_token_id: -1,
      video_token_id: 258_884,
      text_config: { pad_token_id: 0 },
    })
  })

  it('moves towers with the names of their model', async () => {
    const source = await withTowers()
    const bare = await rewritten(source, { prefix: 'language_model.' })
    expect([...(await valuesOf(bare)).keys()]).toEqual(expect.arrayContaining(['vision_tower.a', 'embed_audio.b']))
    expect(await configOf(bare)).toMatchObject({ vision_config: { hidden_size: 4 }, image_token_id: 7 })
    const again = await rewritten(bare, { prefix: 'model.language_model.' })
    expect(await hashesOf(again)).toEqual(await hashesOf(await rewritten(source, {})))
  })

  it('leaves towers out when told to, in a model that stays multimodal too', async () => {
    const source = await withTowers()
    const wishes: Relayout[] = [{ prefix: 'model.' }, { prefix: '' }, { prefix: 'language_model.' }, {}]
    for (const wanted of wishes) {
      const folder = await rewritten(source, wanted, { dropTowers: true })
      expect([...(await valuesOf(folder)).keys()].filter((name) => /vision|audio/.test(name))).toEqual([])
      expect((await configOf(folder)).vision_config ?? null).toBe(null)
    }
  })
})

describe('config', () => {
  it.each(['gemma-4-e2b-tiny', 'gemma-4-31b-tiny'])('new → old → new: %s', async (name) => {
    const old = await rewritten(committed(name), { config: 'old' })
    const fields = await configOf(old)
    expect(fields.per_layer_config).toBe(undefined)
    expect(fields).toMatchObject({ global_head_dim: 64, num_global_key_value_heads: name.includes('31b') ? 1 : null })
    expect(await understood(old)).toEqual(await understood(committed(name)))
    expect(await configText(await rewritten(old, { config: 'new' }))).toBe(await configText(committed(name)))
  })

  it.each([
    {},
    { global_head_dim: undefined },
    { attention_k_eq_v: true, num_global_key_value_heads: 1 },
    { global_head_dim: 8 },
  ])('old → new → old is understood alike: %o', async (config) => {
    for (const multimodal of [false, true]) {
      const source = await tiny({ config, multimodal })
      const fresh = await rewritten(source, { config: 'new' })
      const again = await rewritten(fresh, { config: 'old' })
      expect(await understood(fresh)).toEqual(await understood(source))
      expect(await understood(again)).toEqual(await understood(source))
    }
  })

  // As `save_pretrained` of transformers 5.23 writes them.
  it('new pads the indices, lists only what differs, and is empty where nothing does', async () => {
    const layers = {
      num_hidden_layers: 12,
      layer_types: Array.from({ length: 6 }, () => ['sliding_attention', 'full_attention']).flat(),
    }
    const deep = await tiny({ config: { ...layers, attention_k_eq_v: true, num_global_key_value_heads: 1 } })
    const { per_layer_config: found, ...rest } = await configOf(await rewritten(deep, { config: 'new' }))
    const entry = { head_dim: 16, num_key_value_heads: 1 }
    expect(found).toEqual({ '01': entry, '03': entry, '05': entry, '07': entry, '09': entry, '11': entry })
    expect(rest).not.toHaveProperty('global_head_dim')
    expect(rest).not.toHaveProperty('num_global_key_value_heads')
    const same = await rewritten(await tiny({ config: { global_head_dim: 8 } }), { config: 'new' })
    expect((await configOf(same)).per_layer_config).toEqual({})
  })

  it('old moves to the whole model what every sliding layer states', async () => {
    const entry = { head_dim: 4 }
    const source = await tiny({ config: { per_layer_config: { 0: entry, 2: entry } } })
    const folder = await rewritten(source, { config: 'old' })
    expect(await configOf(folder)).toMatchObject({ head_dim: 4, global_head_dim: 8 })
    expect(await understood(folder)).toEqual(await understood(source))
  })
})

describe('head', () => {
  it.each([false, true])(
    'untied is a copy of the table, and tied drops it again (multimodal: %o)',
    async (multimodal) => {
      const source = await tiny({
        multimodal,
        config: { tie_word_embeddings: true },
        outer: { tie_word_embeddings: true },
      })
      const untied = await rewritten(source, { head: 'untied' })
      const values = await valuesOf(untied)
      const { config } = await openCheckpoint(untied)
      expect(values.get('lm_head.weight')).toEqual(values.get(`${config.prefix}embed_tokens.weight`))
      expect(config.tied).toBe(false)
      expect(await configOf(untied)).toMatchObject({
        tie_word_embeddings: false,
        ...(multimodal && { text_config: { tie_word_embeddings: false } }),
      })
      expect(await hashesOf(await rewritten(untied, { head: 'tied' }))).toEqual(
        await hashesOf(await rewritten(source, {})),
      )
    },
  )

  it('untied says what a stored head already means', async () => {
    const source = await tiny({ config: { tie_word_embeddings: false } })
    const file = join(source, 'config.json')
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('"tie_word_embeddings": false', '"tie_word_embeddings": true'),
    )
    const folder = await rewritten(source, { head: 'untied' })
    expect(await configOf(folder)).toMatchObject({ tie_word_embeddings: false })
    expect(await valuesOf(folder)).toEqual(await valuesOf(source))
  })
})
