import { existsSync } from 'node:fs'
import { copyFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../package-root.js'
import { openCheckpoint, readCheckpoint } from './checkpoint.js'
import { refusal, temporaryFolder } from './refusal.fixture.js'
import { readTensor } from './safetensors.js'
import type { TensorToWrite } from './safetensors-writer.js'
import { writeTinyCheckpoint, type TinyCheckpoint } from './tiny.fixture.js'

const weights = 'model.safetensors'
const index = 'model.safetensors.index.json'

async function tiny(options: TinyCheckpoint = {}): Promise<string> {
  const folder = await temporaryFolder()
  await writeTinyCheckpoint(folder, options)
  return folder
}

async function edit(folder: string, name: string, change: (json: Record<string, unknown>) => unknown): Promise<void> {
  const json = JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>
  await writeFile(join(folder, name), JSON.stringify(change(json)))
}

const refuse = (folder: string) => refusal(openCheckpoint(folder), folder)

/** Adds `tensor` under `name`, or under its own. */
const put = (tensors: Map<string, TensorToWrite>, tensor: TensorToWrite, name = tensor.name) =>
  tensors.set(name, { ...tensor, name })

const zeros = (name: string, ...shape: number[]): TensorToWrite => ({
  name,
  dtype: 'F32',
  shape,
  data: new Float32Array(shape.reduce((one, other) => one * other, 1)),
})

describe('opens', () => {
  it.each<[string, TinyCheckpoint, object]>([
    ['one file', {}, { kind: 'pruned', unused: [] }],
    ['shards', { shards: 3 }, { kind: 'pruned' }],
    ['bfloat16', { dtype: 'BF16' }, { kind: 'pruned' }],
    ['float16', { dtype: 'F16' }, { kind: 'pruned' }],
    ['the redundant layout', { redundant: true }, { kind: 'redundant' }],
    ['a multimodal model', { multimodal: true, redundant: true }, { kind: 'redundant' }],
    ['an untied head', { config: { tie_word_embeddings: false } }, { kind: 'pruned' }],
    ['no shared layers', { config: { num_kv_shared_layers: 0 } }, { kind: 'none' }],
  ])('%s', async (_, options, layout) => {
    const folder = await tiny(options)
    const checkpoint = await openCheckpoint(folder)
    expect(checkpoint).toMatchObject({ folder, layout: { ...layout, ok: true } })
    const { shape, dtype } = checkpoint.tensor('layers.3.self_attn.q_proj.weight')
    expect({ shape, dtype }).toEqual({ shape: [64, 24], dtype: options.dtype ?? 'F32' })
  })

  it('gives tensors by name without prefix', async () => {
    const folder = await tiny({ multimodal: true, outer: { tie_word_embeddings: false } })
    const { tensor } = await openCheckpoint(folder)
    expect(tensor('embed_tokens.weight').name).toBe('model.language_model.embed_tokens.weight')
    expect(tensor('lm_head.weight').name).toBe('lm_head.weight')
    expect(await refusal(Promise.resolve('norm.bias').then(tensor), folder)).toMatchInlineSnapshot(
      `"PARITY_LAYOUT FOLDER/model.safetensors: there is no tensor 'model.language_model.norm.bias'"`,
    )
  })

  it('the same weights from one file and from shards', async () => {
    const [one, many] = await Promise.all([openCheckpoint(await tiny()), openCheckpoint(await tiny({ shards: 3 }))])
    expect([...many.tensors.keys()].sort()).toEqual([...one.tensors.keys()].sort())
    for (const [name, info] of one.tensors) {
      const other = many.tensors.get(name)
      expect(other && (await readTensor(other)), name).toEqual(await readTensor(info))
    }
  })

  it.each(['model.', 'model.language_model.', '', 'language_model.'])('the prefix %o', async (prefix) => {
    for (const multimodal of [false, true]) {
      const folder = await tiny({
        multimodal,
        mutate: (tensors) => {
          for (const [name, tensor] of [...tensors]) {
            tensors.delete(name)
            put(tensors, tensor, name.replace(multimodal ? 'model.language_model.' : 'model.', prefix))
          }
          put(tensors, zeros('model.vision_tower.encoder.layers.0.input_layernorm.weight', 3))
        },
      })
      expect((await openCheckpoint(folder)).config.prefix).toBe(prefix)
    }
  })

  it('a head beside a tied table as untied, since transformers uses it', async () => {
    const folder = await tiny({ mutate: (tensors) => put(tensors, zeros('lm_head.weight', 32, 24)) })
    const { config, tensor, layout } = await openCheckpoint(folder)
    expect([config.tied, tensor('lm_head.weight').shape, layout.unused]).toEqual([false, [32, 24], []])
  })
})

const committed = join(packageRoot, 'cases', 'checkpoints')

describe.runIf(existsSync(committed))('every committed checkpoint', async () => {
  const names = existsSync(committed) ? await readdir(committed) : []
  it.each(names.filter((name) => existsSync(join(committed, name, 'config.json'))))('opens: %s', async (name) => {
    const { layout } = await openCheckpoint(join(committed, name))
    expect(layout.ok).toBe(true)
    // transformers 5.5 writes K/V weights for layers that share them.
    expect(layout.kind === 'redundant').toBe(/-(?:redundant|5\.5)$/.test(name))
  })
})

describe('refuses tensors that do not fit the config, all names listed', () => {
  it('missing, unexpected and of another shape', async () => {
    const folder = await tiny({
      mutate: (tensors) => {
        tensors.delete('model.layers.0.self_attn.k_proj.weight')
        tensors.delete('model.norm.weight')
        put(tensors, zeros('model.layers.0.extra', 1))
        put(tensors, zeros('model.layers.1.mlp.up_proj.weight', 24, 20))
      },
    })
    expect(await refuse(folder)).toMatchInlineSnapshot(`
      "PARITY_LAYOUT FOLDER/model.safetensors: the tensors are not those that config.json needs
        missing:
          model.norm.weight
          model.layers.0.self_attn.k_proj.weight
        unexpected:
          model.layers.0.extra in FOLDER/model.safetensors
        wrong shape:
          model.layers.1.mlp.up_proj.weight is [24, 20] in FOLDER/model.safetensors, but config.json needs [20, 24]"
    `)
    const { layout } = await readCheckpoint(folder)
    expect(layout).toMatchObject({ ok: false, unexpected: ['model.layers.0.extra'] })
  })

  it('in shards', async () => {
    const folder = await tiny({
      shards: 2,
      mutate: (tensors) => {
        tensors.delete('model.embed_tokens.weight')
        put(tensors, zeros('zz.extra', 1))
      },
    })
    expect(await refuse(folder)).toMatchInlineSnapshot(`
      "PARITY_LAYOUT FOLDER/model.safetensors.index.json: the tensors are not those that config.json needs
        missing:
          model.embed_tokens.weight
        unexpected:
          zz.extra in FOLDER/model-00002-of-00002.safetensors"
    `)
  })

  it('an untied model without a head', async () => {
    const folder = await tiny()
    await edit(folder, 'config.json', (json) => ({ ...json, tie_word_embeddings: false }))
    expect(await refuse(folder)).toContain('lm_head.weight')
  })
})

describe('refuses weights files', () => {
  it('truncated', async () => {
    const folder = await tiny()
    await truncate(join(folder, weights), (await stat(join(folder, weights))).size - 1)
    expect(await refuse(folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/model.safetensors: tensor 'model.layers.3.layer_scalar' ends at byte 91320, but the file has only 91319 bytes"`,
    )
  })

  it('with a dtype that no weight may have', async () => {
    const folder = await tiny({
      mutate: (tensors) =>
        put(tensors, { name: 'model.norm.weight', dtype: 'F64', shape: [24], data: new Float64Array(24) }),
    })
    expect(await refuse(folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/model.safetensors: tensor 'model.norm.weight' has dtype F64; weights must be F32, F16, BF16"`,
    )
  })

  it('named by an index outside the folder', async () => {
    for (const name of ['../x.safetensors', '/etc/passwd', 'sub/x.safetensors', '..', 'C:x', 'a\\b', '']) {
      const folder = await tiny({ shards: 2 })
      await edit(folder, index, () => ({ weight_map: { 'model.norm.weight': name } }))
      expect(await refuse(folder)).toBe(
        `PARITY_CHECKPOINT FOLDER/${index}: names '${name}', which is not a file of this folder`,
      )
    }
  })

  it('missing from a folder with an index', async () => {
    const folder = await tiny({ shards: 2 })
    await rm(join(folder, 'model-00002-of-00002.safetensors'))
    expect(await refuse(folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/model-00002-of-00002.safetensors: is missing, but model.safetensors.index.json names it"`,
    )
  })

  it('that disagree with their index', async () => {
    const folder = await tiny({ shards: 2 })
    await edit(folder, index, (json) => {
      return {
        weight_map: {
          ...(json.weight_map as Record<string, string>),
          'model.norm.weight': undefined,
          invented: 'model-00001-of-00002.safetensors',
          'model.layers.3.layer_scalar': 'model-00001-of-00002.safetensors',
        },
      }
    })
    expect(await refuse(folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/model.safetensors.index.json: not in the shard it names: 'model.layers.3.layer_scalar' (model-00001-of-00002.safetensors), 'invented' (model-00001-of-00002.safetensors); not in the index: 'model.norm.weight' (in model-00001-of-00002.safetensors), 'model.layers.3.layer_scalar' (in model-00002-of-00002.safetensors)"`,
    )
    await writeFile(join(folder, index), '{}')
    expect(await refuse(folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/model.safetensors.index.json: weight_map: is missing"`,
    )
    await writeFile(join(folder, index), '{')
    expect(await refuse(folder)).toContain(`FOLDER/${index}: is not JSON`)
  })

  it('of other formats', async () => {
    const folder = await tiny()
    await rm(join(folder, weights))
    expect(await refuse(folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER: has neither model.safetensors nor model.safetensors.index.json"`,
    )
    await writeFile(join(folder, 'training_args.bin'), '')
    expect(await refuse(folder)).toContain('has neither')
    await writeFile(join(folder, 'pytorch_model.bin'), '')
    expect(await refuse(folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER: has pytorch_model.bin but no model.safetensors; pickles are never read, since loading one can run any program"`,
    )
    await writeFile(join(folder, 'adapter_model.safetensors'), '')
    expect(await refuse(folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER: is an adapter, not a whole checkpoint"`,
    )
  })
})

describe('refuses a folder', () => {
  it('that is none', async () => {
    const folder = await temporaryFolder()
    expect(await refusal(openCheckpoint(join(folder, 'x')), folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x: does not exist"`,
    )
    expect(await refuse(folder)).toMatchInlineSnapshot(`"PARITY_CHECKPOINT FOLDER/config.json: is missing"`)
    await writeFile(join(folder, 'x'), '')
    expect(await refusal(openCheckpoint(join(folder, 'x')), folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x: is not a folder"`,
    )
  })

  it('whose config.json is broken, too long or of another model', async () => {
    const folder = await tiny()
    await copyFile(join(folder, weights), join(folder, 'config.json'))
    expect(await refuse(folder)).toContain('FOLDER/config.json: is not JSON')
    await truncate(join(folder, 'config.json'), 2 ** 27)
    expect(await refuse(folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/config.json: has 134217728 bytes, over the limit of 67108864"`,
    )

    const outer = { model_type: 'qwen3', architectures: ['Qwen3ForCausalLM'] }
    expect((await refuse(await tiny({ outer }))).replace(/\S+config/, 'config')).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT config.json: not a Gemma 4 model (architecture Qwen3ForCausalLM, model_type qwen3)"`,
    )
    const short = await tiny({ config: { layer_types: ['full_attention'] } })
    expect(await refuse(short)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/config.json: layer_types has 1 entries for 4 layers"`,
    )
  })
})
