import { describe, expect, test } from 'vitest'
import { isOf } from './cache-tree.fixture.js'
import { commit, type Seen } from './hub-server.fixture.js'
import { startHubWork, weights } from './hub-work.fixture.js'

const asFile = (name: string) => (seen: Seen) => seen.path.endsWith(`/resolve/${commit}/${name}`)

describe('content that is not what was listed', () => {
  const wrongHint = 'Run it again. If it stays so, what HF_ENDPOINT serves is not what it lists: do not use it.'

  test.each(['config.json', weights])('a wrong hash of %s', async (name) => {
    const { hub, refusal, draw } = await startHubWork()
    const { content = Buffer.alloc(0), etag = '', large } = hub.files.get(name) ?? {}
    const altered = Buffer.from(content)
    altered[altered.length - 1] ^= 1
    const applies = large === true ? ({ path }: Seen) => path === `/${etag}` : asFile(name)
    hub.fault = (seen) => (applies(seen) ? { content: altered } : undefined)
    const [code, message, hint] = await refusal()
    expect([code, hint]).toEqual(['PARITY_HUB', wrongHint])
    const hash = large === true ? 'SHA-256' : 'git SHA-1'
    expect(message.replace(/is [0-9a-f]{40,64},/, 'is ACTUAL,')).toBe(
      `hub:google/tiny@main: ${name}: its ${hash} is ACTUAL, not ${etag}; what was fetched is removed`,
    )
    expect(message).not.toContain(`is ${etag},`)
    expect((await draw()).filter((line) => isOf(name, line))).toEqual([])
  })

  test.each([
    ['shorter', (real: Buffer) => ({ content: real.subarray(0, 1000) }), 'it has 1000 bytes'],
    ['longer', (real: Buffer) => ({ content: Buffer.concat([real, Buffer.alloc(5)]) }), 'it has LENGTH bytes'],
    [
      'longer, its length not announced',
      (real: Buffer) => ({ content: Buffer.concat([real, Buffer.alloc(5)]), chunked: true }),
      'it has more than SIZE bytes',
    ],
  ])('a file that is %s', async (_, change, what) => {
    const { hub, refusal, draw } = await startHubWork()
    const { content = Buffer.alloc(0) } = hub.files.get(weights) ?? {}
    hub.fault = ({ host, path }) =>
      host === 'cdn' && path.includes(hub.files.get(weights)?.etag ?? '?') ? change(content) : undefined
    const told = what.replace('LENGTH', String(content.length + 5)).replace('SIZE', String(content.length))
    expect(await refusal()).toEqual([
      'PARITY_HUB',
      `hub:google/tiny@main: model.safetensors: ${told}, not the ${content.length} that the hub lists; what was fetched is removed`,
      wrongHint,
    ])
    expect((await draw()).filter((line) => isOf(weights, line))).toEqual([])
  })
})

describe('a repository that holds no checkpoint', () => {
  const without =
    (...names: string[]) =>
    (entries: object[]) =>
      entries.filter((entry) => !('path' in entry && names.includes(String(entry.path))))

  test('no config.json', async () => {
    const { hub, refusal, draw } = await startHubWork()
    hub.list = without('config.json')
    expect(await refusal()).toEqual([
      'PARITY_CHECKPOINT',
      'hub:google/tiny@main: has no config.json',
      'Name a repository that holds a checkpoint, not an adapter or a GGUF file.',
    ])
    expect(await draw()).toEqual([])
  })

  test('only a pickle', async () => {
    const { hub, refusal, draw } = await startHubWork()
    hub.list = without(weights, 'model-Q4.gguf')
    expect(await refusal()).toEqual([
      'PARITY_CHECKPOINT',
      'hub:google/tiny@main: has neither model.safetensors nor model.safetensors.index.json, only pytorch_model.bin',
      'Name the repository that holds the weights as safetensors; pickles are never read.',
    ])
    expect(await draw()).toEqual([])
  })

  test.each([
    '../../../evil.safetensors',
    '/etc/passwd',
    'a/b.safetensors',
    'C:evil.safetensors',
    '..',
    'pytorch_model.bin',
    '',
  ])('an index that names %j', async (shard) => {
    const index = JSON.stringify({ weight_map: { 'model.norm.weight': shard } })
    const { hub, refusal, draw } = await startHubWork(1, { 'model.safetensors.index.json': index })
    hub.list = without(weights)
    expect(await refusal()).toEqual([
      'PARITY_CHECKPOINT',
      `HOME/hub/models--google--tiny/snapshots/${commit}/model.safetensors.index.json: names '${shard}', which is not the plain name of a .safetensors file`,
      'Shards lie beside their index. Do not use this repository.',
    ])
    expect(await draw()).toEqual([`blobs/<model.safetensors.index.json>: ${index.length}`])
  })

  test('an index that names what the repository does not have', async () => {
    const { hub, refusal } = await startHubWork(2)
    hub.list = without('model-00002-of-00002.safetensors')
    expect(await refusal()).toEqual([
      'PARITY_CHECKPOINT',
      `hub:google/tiny@main: model.safetensors.index.json names 'model-00002-of-00002.safetensors', which the repository does not have`,
      'The upload is incomplete: tell its owner, or name another revision.',
    ])
  })

  test('a listing whose hash would leave the cache', async () => {
    const { hub, refusal, draw } = await startHubWork()
    hub.list = (entries) =>
      entries.map((entry) => ('path' in entry && entry.path === 'config.json' ? { ...entry, oid: '../../x' } : entry))
    expect((await refusal())[1]).toBe('hub:google/tiny@main: the hub’s answer is not what a hub answers')
    expect(await draw()).toEqual([])
  })
})
