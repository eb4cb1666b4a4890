import { mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../package-root.js'
import { openCheckpoint } from '../checkpoint.js'
import { temporaryFolder } from '../refusal.fixture.js'
import { readSafetensorsHeader } from '../safetensors.js'
import { relayout } from './relayout.js'
import { configOf, configText, hashesOf, rewritten, tiny, valuesOf } from './relayout.fixture.js'

const committed = (name: string) => join(packageRoot, 'cases/checkpoints', name)
const kv = (layer: number) =>
  ['k_norm', 'k_proj', 'v_proj'].map((part) => `model.layers.${layer}.self_attn.${part}.weight`)

describe('nothing asked for', () => {
  it.each(['gemma-4-e2b-tiny', 'gemma-4-e4b-tiny-redundant', 'gemma-4-31b-tiny', 'gemma-4-26b-a4b-tiny'])(
    'gives the very bytes that transformers wrote: %s',
    async (name) => {
      expect(await hashesOf(await rewritten(committed(name), {}))).toEqual(await hashesOf(committed(name)))
    },
  )

  it('leaves every tensor in its file', async () => {
    const source = await tiny({ shards: 3 })
    const folder = await rewritten(source, {})
    const name = 'model-00002-of-00003.safetensors'
    const [before, after] = await Promise.all([source, folder].map((each) => readSafetensorsHeader(join(each, name))))
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort())
    expect(await valuesOf(folder)).toEqual(await valuesOf(source))
  })
})

describe('layout', () => {
  it('redundant copies what is missing from the donor and keeps what is there', async () => {
    const own = kv(2)[1]
    const source = await tiny({
      redundant: true,
      mutate: (tensors) => {
        for (const name of [...kv(2), ...kv(3)]) if (name !== own) tensors.delete(name)
      },
    })
    expect((await openCheckpoint(source)).layout.kind).toBe('mixed')
    const folder = await rewritten(source, { layout: 'redundant' })
    const [before, after] = [await valuesOf(source), await valuesOf(folder)]
    expect((await openCheckpoint(folder)).layout.kind).toBe('redundant')
    expect(after.get(own)).toEqual(before.get(own))
    expect(after.get(own)).not.toEqual(before.get(kv(0)[1]))
    for (const [index, name] of kv(3).entries()) expect(after.get(name)).toEqual(before.get(kv(1)[index]))
    expect(after.size).toBe(before.size + 5)
  })

  it('redundant copies biases, and no values where keys are values', async () => {
    const config = { attention_bias: true, attention_k_eq_v: true, num_global_key_value_heads: 1 }
    const source = await tiny({ config })
    const folder = await rewritten(source, { layout: 'redundant' })
    const added = [...(await valuesOf(folder)).keys()].filter((name) => /layers\.[23]\..*(?:k_|v_)/.test(name))
    expect(added.map((name) => name.replace('model.layers.', '').replace('self_attn.', '')).sort()).toEqual([
      ...['2.k_norm.weight', '2.k_proj.bias', '2.k_proj.weight', '2.v_proj.bias', '2.v_proj.weight'],
      ...['3.k_norm.weight', '3.k_proj.bias', '3.k_proj.weight'],
    ])
    expect(await hashesOf(await rewritten(folder, { layout: 'pruned' }))).toEqual(
      await hashesOf(await rewritten(source, {})),
    )
  })

  it('mixed keeps every second one, from the first', async () => {
    const source = await tiny({ redundant: true })
    const folder = await rewritten(source, { layout: 'mixed' })
    const names = [...(await valuesOf(folder)).keys()]
    expect(names).toEqual(expect.arrayContaining(kv(2)))
    expect(names.filter((name) => kv(3).includes(name))).toEqual([])
  })

  it('there and back: redundant → pruned → redundant → pruned', async () => {
    const redundant = committed('gemma-4-e4b-tiny-redundant')
    const pruned = await rewritten(redundant, { layout: 'pruned' })
    expect(await hashesOf(pruned)).toEqual(await hashesOf(committed('gemma-4-e4b-tiny')))
    const again = await rewritten(pruned, { layout: 'redundant' })
    const [first, second] = await Promise.all([redundant, again].map((folder) => openCheckpoint(folder)))
    expect([...second.tensors.keys()]).toEqual([...first.tensors.keys()])
    expect(await hashesOf(await rewritten(again, { layout: 'pruned' }))).toEqual(await hashesOf(pruned))
  })

  it('added tensors join their layer’s file', async () => {
    const folder = await rewritten(await tiny({ shards: 3 }), { layout: 'redundant' })
    const { tensors } = await openCheckpoint(folder)
    for (const layer of [2, 3]) {
      const beside = tensors.get(`model.layers.${layer}.self_attn.o_proj.weight`)?.file
      expect(kv(layer).map((name) => tensors.get(name)?.file)).toEqual([beside, beside, beside])
    }
  })

  it('pruned is nothing to do where nothing is shared', async () => {
    const source = await tiny({ config: { num_kv_shared_layers: 0 } })
    const summary = await relayout(source, join(await temporaryFolder(), 'out'), { layout: 'pruned' })
    expect(summary).toMatchObject({ layout: { from: 'none', to: 'none' }, tensors: { added: 0, dropped: 0 } })
  })
})

describe('dtype', () => {
  it('bfloat16 → float32 → bfloat16 is the same to the bit, NaN of any kind included', async () => {
    const source = await tiny({
      dtype: 'BF16',
      mutate: (tensors) => {
        const norm = tensors.get('model.norm.weight')
        if (norm) tensors.set(norm.name, { ...norm, data: Uint16Array.from({ length: 24 }, (_, i) => 0x7f7e + i) })
      },
    })
    const wide = await rewritten(source, { dtype: 'float32' })
    expect(new Set([...(await openCheckpoint(wide)).tensors.values()].map(({ dtype }) => dtype))).toEqual(
      new Set(['F32']),
    )
    expect(await hashesOf(await rewritten(wide, { dtype: 'bfloat16' }))).toEqual(
      await hashesOf(await rewritten(source, {})),
    )
  })

  it('leaves whole numbers alone', async () => {
    const source = await tiny({
      mutate: (tensors) =>
        tensors.set('model.vision_tower.ids', {
          name: 'model.vision_tower.ids',
          dtype: 'I64',
          shape: [2],
          data: BigInt64Array.of(3n, -4n),
        }),
    })
    const folder = await rewritten(source, { dtype: 'float16' })
    expect((await valuesOf(folder)).get('model.vision_tower.ids')).toEqual(BigInt64Array.of(3n, -4n))
  })

  it('is followed by every statement of it in config.json', async () => {
    const source = await tiny({
      multimodal: true,
      config: { dtype: 'float32' },
      outer: { torch_dtype: 'float32', vision_config: { dtype: 'float32', hidden_size: 4 } },
    })
    expect(await configOf(await rewritten(source, { dtype: 'bfloat16' }))).toMatchObject({
      torch_dtype: 'bfloat16',
      text_config: { dtype: 'bfloat16' },
      vision_config: { dtype: 'bfloat16', hidden_size: 4 },
    })
  })
})

describe('files', () => {
  it('a number of them, with an index as transformers writes it', async () => {
    const folder = await rewritten(committed('gemma-4-e2b-tiny'), { shards: 4 })
    const names = (await readdir(folder)).filter((name) => name.startsWith('model'))
    expect(names.sort()).toEqual([
      ...[1, 2, 3, 4].map((place) => `model-0000${place}-of-00004.safetensors`),
      'model.safetensors.index.json',
    ])
    const text = await readFile(join(folder, 'model.safetensors.index.json'), 'utf8')
    const index = JSON.parse(text) as { metadata: object; weight_map: Record<string, string> }
    const { tensors } = await openCheckpoint(folder)
    const bytes = [...tensors.values()].reduce((sum, info) => sum + info.bytes, 0)
    expect(index.metadata).toEqual({ total_size: bytes })
    expect(Object.keys(index.weight_map)).toEqual([...tensors.keys()].sort())
    expect(text.endsWith('}\n')).toBe(true)
    const sizes = await Promise.all(names.slice(0, 4).map(async (name) => (await stat(join(folder, name))).size))
    expect(Math.max(...sizes)).toBeLessThan((bytes / 4) * 1.5)
  })

  it('a largest size, which only a single tensor may exceed', async () => {
    const folder = await rewritten(await tiny(), { shards: '4KB' })
    const { tensors } = await openCheckpoint(folder)
    const files = new Map([...tensors.values()].map(({ file }) => [file, [] as number[]]))
    for (const { file, bytes } of tensors.values()) files.get(file)?.push(bytes)
    expect(files.size).toBeGreaterThan(5)
    for (const sizes of files.values()) {
      expect(sizes.length === 1 || sizes.reduce((one, other) => one + other) <= 4000).toBe(true)
    }
  })

  it('one again, without an index', async () => {
    const source = await tiny({ shards: 5 })
    const folder = await rewritten(source, { shards: 1 })
    expect((await readdir(folder)).sort()).toEqual(['config.json', 'model.safetensors'])
    expect(await valuesOf(folder)).toEqual(await valuesOf(source))
  })

  it('as many as tensors, one in each', async () => {
    const { size } = await valuesOf(await tiny())
    const folder = await rewritten(await tiny(), { shards: size })
    const { tensors } = await openCheckpoint(folder)
    expect(new Set([...tensors.values()].map(({ file }) => file)).size).toBe(size)
  })

  it('of tokenizer and documents are copied; of other weights and of nobody are not, and it says so', async () => {
    const source = await tiny()
    const copied = [
      'README.md',
      'LICENSE',
      'chat_template.jinja',
      'generation_config.json',
      'tokenizer.json',
      'tokenizer.model',
    ]
    const left = [
      'pytorch_model.bin',
      'model.Q4.gguf',
      'extra.safetensors',
      'run.py',
      '.gitattributes',
      'model.fp16.safetensors.index.json',
    ]
    for (const name of [...copied, ...left]) await writeFile(join(source, name), name)
    const summary = await relayout(source, join(await temporaryFolder(), 'out'), {})
    expect(summary.files.map(({ name }) => name)).toEqual(
      ['LICENSE', 'README.md', ...copied.slice(2), 'config.json', 'model.safetensors'].sort(),
    )
    expect(summary.notes).toMatchInlineSnapshot(`
      [
        "not copied, weights of another format or outside the index: extra.safetensors, model.Q4.gguf, pytorch_model.bin",
        "not copied, not of a checkpoint: run.py",
      ]
    `)
    expect(await readFile(join(summary.destination, 'tokenizer.model'), 'utf8')).toBe('tokenizer.model')
  })
})

it('reads a Hugging Face cache, whose files are links, and writes plain files', async () => {
  const [plain, hub] = [await tiny({ shards: 2, redundant: true }), await temporaryFolder()]
  const snapshot = join(hub, 'snapshots', 'revision')
  await mkdir(snapshot, { recursive: true })
  await rename(plain, join(hub, 'blobs'))
  for (const name of await readdir(join(hub, 'blobs'))) await symlink(`../../blobs/${name}`, join(snapshot, name))
  const folder = await rewritten(snapshot, { layout: 'pruned' })
  expect(await hashesOf(folder)).toEqual(await hashesOf(await rewritten(join(hub, 'blobs'), { layout: 'pruned' })))
  const entries = await readdir(folder, { withFileTypes: true })
  expect(entries.every((entry) => entry.isFile())).toBe(true)
})

describe('the work', () => {
  const wanted = {
    layout: 'redundant',
    dtype: 'float16',
    shards: 3,
    prefix: 'model.language_model.',
    config: 'old',
    head: 'untied',
  } as const

  it('gives the same bytes each time, whatever the files of the source', async () => {
    const source = await tiny({ seed: 5 })
    const expected = await hashesOf(await rewritten(source, wanted))
    expect(await hashesOf(await rewritten(source, wanted))).toEqual(expected)
    expect(await hashesOf(await rewritten(await tiny({ seed: 5, shards: 4 }), wanted))).toEqual(expected)
  })

  it('is summed up', async () => {
    const source = await tiny({ dtype: 'BF16' })
    const destination = join(await temporaryFolder(), 'out')
    const progress: [number, number][] = []
    const summary = await relayout(source, destination, wanted, (done, total) => progress.push([done, total]))
    const { files, ...rest } = summary
    expect(rest).toEqual({
      source,
      destination,
      layout: { from: 'pruned', to: 'redundant' },
      dtype: { from: 'bfloat16', to: 'float16' },
      tensors: { kept: 67, added: 7, dropped: 0, converted: 74 },
      notes: [],
    })
    for (const { name, bytes } of files) expect((await stat(join(destination, name))).size).toBe(bytes)
    const total = [...(await openCheckpoint(destination)).tensors.values()].reduce((sum, info) => sum + info.bytes, 0)
    expect(progress.at(-1)).toEqual([total, total])
    expect(await readdir(dirname(destination))).toEqual(['out'])
  })

  it('takes the place of an empty folder', async () => {
    const destination = await temporaryFolder()
    await relayout(await tiny(), destination, {})
    expect(await readdir(destination)).toContain('config.json')
  })

  it('leaves nothing behind when it is aborted', async () => {
    const [source, home] = [await tiny(), await temporaryFolder()]
    const abort = new AbortController()
    const stop = () => {
      abort.abort(new Error('stop'))
    }
    await expect(relayout(source, join(home, 'out'), wanted, stop, { signal: abort.signal })).rejects.toThrow('stop')
    expect(await readdir(home)).toEqual([])
  })

  it('keeps the spelling and order of what config.json states', async () => {
    const source = await tiny()
    const text = (await configText(source))
      .replace('12.5', '30.0')
      .replace('"hidden_size": 24', '"unknown": [1e-06, 12345678901234567890, "é"],\n  "hidden_size": 24')
    await writeFile(join(source, 'config.json'), text)
    expect(await configText(await rewritten(source, { layout: 'redundant' }))).toBe(expectedSpelling(text))
  })
})

/** The fixture's text as it is indented by this program, which is as transformers does it. */
const expectedSpelling = (text: string) =>
  `${text.replace('[1e-06, 12345678901234567890, "é"]', '[\n    1e-06,\n    12345678901234567890,\n    "é"\n  ]')}\n`
