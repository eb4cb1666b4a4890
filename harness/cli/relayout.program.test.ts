import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../checkpoint/refusal.fixture.js'
import type { RelayoutSummary } from '../checkpoint/relayout/relayout.js'
import { writeTinyCheckpoint } from '../checkpoint/tiny.fixture.js'
import { packageRoot } from '../package-root.js'
import { committed, parity, parityFile, parityJson } from './parity.fixture.js'

interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string }
}

interface Probe {
  readonly topK: readonly object[]
  readonly generated: readonly number[]
}

const probe = async (folder: string) => {
  const tokens = ['--tokens', '2,17,40,300,9,8,7,6,5,11', '--generate', '8']
  const { document } = await parityJson<Probe>(['probe', 'onnxruntime:cpu', '--checkpoint', folder, ...tokens])
  return { topK: document.topK, generated: document.generated }
}

describe('parity relayout', () => {
  it('says what it did', async () => {
    const home = await temporaryFolder()
    const { exitCode, stdout, stderr } = await parity([
      ...['relayout', committed('gemma-4-e2b-tiny-redundant'), join(home, 'out')],
      ...['--layout', 'pruned', '--dtype', 'float32', '--shards', '2'],
    ])
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout.replace(home, 'HOME')).toMatchInlineSnapshot(`
      "HOME/out
      layout redundant → pruned, bfloat16 → float32
      tensors: 129 kept, 0 added, 12 dropped, 129 converted
      files: 5, 3.7 MB
      ok: opened again, and it is what was asked for"
    `)
  })

  it('prints its summary as JSON, with every option, and the engine computes the same', async () => {
    const [source, home] = [committed('gemma-4-e2b-tiny'), await temporaryFolder()]
    const { exitCode, document } = await parityJson<RelayoutSummary>([
      ...['relayout', source, join(home, 'out'), '--layout', 'mixed', '--dtype', 'float32', '--shards', '500KB'],
      ...['--prefix', 'model.language_model.', '--config', 'old', '--head', 'untied', '--drop-towers'],
    ])
    expect(exitCode).toBe(0)
    expect(Object.keys(document)).toEqual(['source', 'destination', 'layout', 'dtype', 'files', 'tensors', 'notes'])
    expect(document).toMatchObject({
      source,
      layout: { from: 'pruned', to: 'mixed' },
      dtype: { from: 'bfloat16', to: 'float32' },
      tensors: { kept: 129, added: 7, dropped: 0, converted: 136 },
    })
    expect(await probe(document.destination)).toEqual(await probe(source))
  })

  it('writes the empty prefix', async () => {
    const [source, home] = [committed('gemma-4-e4b-tiny'), await temporaryFolder()]
    const folder = join(home, 'out')
    expect((await parity(['relayout', source, folder, '--prefix', ''])).exitCode).toBe(0)
    const { document } = await parityJson<{ ok: boolean; architecture: string }>(['inspect', folder])
    expect(document).toMatchObject({ ok: true, architecture: 'Gemma4TextModel' })
  })

  it.each([
    ['an unknown layout', ['--layout', 'tidy'], 2, /tidy/],
    ['an unknown dtype', ['--dtype', 'int8'], 2, /int8/],
    ['an unknown prefix', ['--prefix', 'text.'], 2, /text\./],
    ['shards that are none', ['--shards', 'many'], 2, /'many'/],
    ['more shards than tensors', ['--shards', '9999'], 2, /9999/],
    ['a layout that cannot be had', ['--layout', 'redundant'], 3, /config\.json: num_kv_shared_layers/],
  ])('%s exits with the code and says so', async (_, flags, code, message) => {
    const home = await temporaryFolder()
    const args = ['relayout', committed('gemma-4-31b-tiny'), join(home, 'out'), ...flags]
    const { exitCode, document } = await parityJson<Refused>(args)
    expect(exitCode).toBe(code)
    expect(document.error.message).toMatch(message)
    expect(document.error.hint).not.toBe('')
    expect(await readdir(home)).toEqual([])
  })

  it('refuses a source that is none, and a destination that is taken', async () => {
    const home = await temporaryFolder()
    expect((await parity(['relayout', join(home, 'none'), join(home, 'out')])).exitCode).toBe(3)
    expect((await parity(['relayout', committed('gemma-4-31b-tiny'), committed('gemma-4-e2b-tiny')])).exitCode).toBe(2)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing behind when it ends by %s', async (signal) => {
    const [source, home] = [await largeCheckpoint(), await temporaryFolder()]
    const child = execa(process.execPath, [parityFile, 'relayout', source, join(home, 'out')], { reject: false })
    while ((await weightsIn(home)).length === 0) await setTimeout(10)
    child.kill(signal)
    const { exitCode, stderr } = await child
    expect([exitCode, stderr]).toEqual([signal === 'SIGINT' ? 130 : 143, 'interrupted; nothing was written'])
    expect(await readdir(home)).toEqual([])
  })
})

it('makes a relayout of a case once, though several processes ask for it', async () => {
  const [source, cache] = [committed('gemma-4-e2b-tiny'), await temporaryFolder()]
  const module = pathToFileURL(join(packageRoot, 'dist/checkpoint/relayout/cached-relayout.js')).href
  const program = `
    import { cachedRelayout } from '${module}'
    process.stdout.write(await cachedRelayout('${source}', { layout: 'redundant', shards: 3 }))`
  const ran = await Promise.all(
    [1, 2, 3, 4].map(() =>
      execa(process.execPath, ['--input-type=module', '--eval', program], { env: { PARITY_CACHE: cache } }),
    ),
  )
  const folders = new Set(ran.map(({ stdout }) => stdout))
  expect(folders.size).toBe(1)
  expect((await readdir(join(cache, 'relayouts'))).map((name) => join(cache, 'relayouts', name))).toEqual([...folders])
  const { document } = await parityJson<{ ok: boolean; layout: string }>(['inspect', [...folders][0]])
  expect(document).toMatchObject({ ok: true, layout: 'redundant' })
})

/** A checkpoint with a table of 2.4 GB, which takes no space, but takes long to copy. */
async function largeCheckpoint(): Promise<string> {
  const [name, file, rows] = ['model.embed_tokens_per_layer.weight', 'table.safetensors', 25_000_000]
  const folder = await temporaryFolder()
  await writeTinyCheckpoint(folder, { shards: 2, mutate: (tensors) => tensors.delete(name) })
  const replace = async (path: string, from: string, to: string) =>
    writeFile(join(folder, path), (await readFile(join(folder, path), 'utf8')).replace(from, to))
  await replace('config.json', '"vocab_size_per_layer_input": 32', `"vocab_size_per_layer_input": ${rows}`)
  await replace('model.safetensors.index.json', '"weight_map": {', `"weight_map": { "${name}": "${file}",`)

  const bytes = rows * 24 * 4
  const header = Buffer.from(JSON.stringify({ [name]: { dtype: 'F32', shape: [rows, 24], data_offsets: [0, bytes] } }))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  await writeFile(join(folder, file), Buffer.concat([length, header]))
  await truncate(join(folder, file), 8 + header.length + bytes)
  return folder
}

/** Weights files that are there or under way, at any depth. */
const weightsIn = async (folder: string) =>
  (await readdir(folder, { recursive: true }).catch(() => [])).filter((name) => name.includes('.safetensors'))
