/** Broken checkpoints and prompts, through the program: refused with a message that names the place, without a stack. */
import { open, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../checkpoint/refusal.fixture.js'
import { writeTinyCheckpoint, type TinyCheckpoint } from '../checkpoint/tiny.fixture.js'
import { committed, parity, parityJson } from './parity.fixture.js'

interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string }
}

/** Rewrites the JSON header of a safetensors file, keeping the tensors' bytes. */
async function editHeader(
  file: string,
  edit: (header: Record<string, { dtype: string; data_offsets: number[] }>) => void,
): Promise<void> {
  const bytes = await readFile(file)
  const length = Number(bytes.readBigUInt64LE())
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Parameters<typeof edit>[0]
  edit(header)
  const json = Buffer.from(JSON.stringify(header))
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(json.length))
  await writeFile(file, Buffer.concat([size, json, bytes.subarray(8 + length)]))
}

const norm = 'model.norm.weight'

/** What is wrong, how it is made, and what the message must name. */
const broken: readonly [string, TinyCheckpoint, (folder: string) => Promise<void>, readonly RegExp[]][] = [
  [
    'a missing tensor',
    { mutate: (tensors) => void tensors.delete(norm) },
    () => Promise.resolve(),
    [/missing/, /model\.norm\.weight/],
  ],
  [
    'an unexpected tensor',
    {
      mutate: (tensors) =>
        void tensors.set('model.surplus', {
          name: 'model.surplus',
          dtype: 'F32',
          shape: [1],
          data: Float32Array.of(1),
        }),
    },
    () => Promise.resolve(),
    [/unexpected/, /model\.surplus/],
  ],
  [
    'a wrong shape',
    {
      mutate: (tensors) =>
        void tensors.set(norm, { name: norm, dtype: 'F32', shape: [23], data: new Float32Array(23) }),
    },
    () => Promise.resolve(),
    [/model\.norm\.weight/, /\[23\]/, /\[24\]/],
  ],
  ['a truncated file', {}, (folder) => truncate(join(folder, 'model.safetensors'), 9000), [/model\.safetensors/]],
  [
    'a header longer than the file',
    {},
    async (folder) => {
      const handle = await open(join(folder, 'model.safetensors'), 'r+')
      await handle.write(Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]), 0, 8, 0)
      await handle.close()
    },
    [/model\.safetensors/, /header/],
  ],
  [
    'a negative offset',
    {},
    (folder) => editHeader(join(folder, 'model.safetensors'), (header) => (header[norm].data_offsets = [-4, 92])),
    [/model\.safetensors/, /model\.norm\.weight/],
  ],
  [
    'overlapping offsets',
    {},
    (folder) =>
      editHeader(join(folder, 'model.safetensors'), (header) => {
        header[norm].data_offsets = header['model.layers.0.input_layernorm.weight'].data_offsets
      }),
    [/model\.safetensors/, /norm\.weight/],
  ],
  [
    'an unknown dtype',
    {},
    (folder) => editHeader(join(folder, 'model.safetensors'), (header) => (header[norm].dtype = 'F8_E4M3')),
    [/model\.norm\.weight/, /F8_E4M3/],
  ],
  [
    'an index that names a file outside the folder',
    { shards: 2 },
    async (folder) => {
      const file = join(folder, 'model.safetensors.index.json')
      await writeFile(
        file,
        (await readFile(file, 'utf8')).replaceAll('model-00001-of-00002.safetensors', '../elsewhere.safetensors'),
      )
    },
    [/index\.json/, /elsewhere/],
  ],
  [
    'layer_types shorter than the layers',
    { config: { layer_types: ['full_attention'] } },
    () => Promise.resolve(),
    [/config\.json/, /layer_types/],
  ],
  [
    'another model',
    { outer: { architectures: ['LlamaForCausalLM'], model_type: 'llama' } },
    () => Promise.resolve(),
    [/config\.json/, /llama/i],
  ],
]

describe('a checkpoint that cannot be used', () => {
  it.each(broken)('%s is refused by probe, run and inspect', async (_, options, breakIt, patterns) => {
    const folder = await temporaryFolder()
    // The fixture writes whole files, so damage to tensors comes first and damage to bytes last.
    await writeTinyCheckpoint(folder, options).catch(() => undefined)
    await breakIt(folder)
    const probed = await parityJson<Refused>(['probe', 'onnxruntime:cpu', '--checkpoint', folder, '--tokens', '2,3'])
    expect(probed.exitCode).toBe(3)
    expect(probed.stderr).not.toMatch(/^\s+at /m)
    for (const pattern of patterns) expect(probed.document.error.message).toMatch(pattern)
    expect(probed.document.error.hint).not.toBe('')

    const run = await parity(['run', '--checkpoint', folder, '--engine', 'onnxruntime:cpu'])
    expect(run.exitCode).toBe(3)
    expect(run.stderr).not.toMatch(/^\s+at /m)
    const inspected = await parity(['inspect', folder])
    expect(inspected.exitCode).toBe(3)
  })

  it('a link that leads out of the folder is not followed', async () => {
    const [folder, outside] = [await temporaryFolder(), await temporaryFolder()]
    await writeTinyCheckpoint(outside)
    await symlink(join(outside, 'model.safetensors'), join(folder, 'model.safetensors'))
    await writeFile(join(folder, 'config.json'), await readFile(join(outside, 'config.json')))
    const { exitCode, document } = await parityJson<Refused>([
      'probe',
      'onnxruntime:cpu',
      '--checkpoint',
      folder,
      '--tokens',
      '2',
    ])
    expect(exitCode).toBe(3)
    expect(document.error.message).toContain('model.safetensors')
  })

  it('a folder that does not exist is refused', async () => {
    const { exitCode, document } = await parityJson<Refused>(['inspect', '/nowhere'])
    expect(exitCode).toBe(3)
    expect(document.error).toMatchObject({ code: 'PARITY_CHECKPOINT' })
  })
})

describe('a mistake on the command line', () => {
  const checkpoint = committed('gemma-4-e2b-tiny')
  const probe = (source: string, tokens: string) => ['probe', source, '--checkpoint', checkpoint, '--tokens', tokens]

  it.each([
    ['a token outside the vocabulary', probe('onnxruntime:cpu', '2,512'), /512 at position 1/],
    ['an empty prompt', probe('onnxruntime:cpu', ''), /empty/],
    ['a token that is none', probe('onnxruntime:cpu', '2,x'), /'x'/],
    ['an unknown source', probe('tensorflow', '2'), /'tensorflow'/],
    ['an unknown device', probe('onnxruntime:tpu', '2'), /'tpu'/],
    ['an unknown dtype', probe('onnxruntime:cpu/float16', '2'), /'float16'/],
    ['a source that is none', probe('onnx runtime', '2'), /does not name a source/],
    ['a case that does not exist', ['run', '--case', 'gemma5/*'], /no case matches/],
    ['an unknown flag', ['run', '--enigne', 'oracle'], /--enigne/],
    ['an unknown command', ['rnu'], /rnu/],
    ['an unknown reference', ['run', '--reference', 'tensorflow'], /'tensorflow'/],
    ['an unknown defect', ['run', '--defect', 'gremlin'], /gremlin/],
    ['a count that is none', ['run', '--jobs', '0'], /--jobs/],
  ])('%s exits 2 and says so in JSON', async (_, args, message) => {
    const { exitCode, document, stderr } = await parityJson<Refused>(args)
    expect(exitCode).toBe(2)
    expect(document.error.message).toMatch(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it('says the same in words without --json', async () => {
    const { exitCode, stdout, stderr } = await parity(probe('onnxruntime:cpu', '512'))
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatchInlineSnapshot(`
      "token 512 at position 0 of prompt '--tokens' is outside the vocabulary
      The checkpoint knows the tokens 0 to 511."
    `)
  })
})

it('refuses random prompts for no checkpoint at all', async () => {
  const { exitCode, document } = await parityJson<Refused>(['soak', '--case', 'gemma4/tokenizer'])
  expect(exitCode).toBe(2)
  expect(document.error.code).toBe('PARITY_USAGE')
  expect(document.error.message).toBe('--case gemma4/tokenizer stands for no case that an engine runs')
})
