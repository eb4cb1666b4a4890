import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdir, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { isOf } from './cache-tree.fixture.js'
import { fetchFromHub } from './fetch-from-hub.js'
import { commit, type Fault, type Seen } from './hub-server.fixture.js'
import { startHubWork, weights } from './hub-work.fixture.js'

const asFile = (name: string) => (seen: Seen) => seen.path.endsWith(`/resolve/${commit}/${name}`)
const asListing = ({ path }: Seen) => path.includes('/tree/')
const asCommit = ({ path }: Seen) => path.includes('/revision/')

const giveUp =
  'Check the connection and HF_ENDPOINT, and run it again: what is fetched stays. With HF_HUB_OFFLINE=1 only the cache is used.'
const refused = (code: string, status = 403): Fault => ({
  status,
  headers: code === '' ? {} : { 'x-error-code': code, 'x-error-message': `It is ${code}.` },
})

describe('an answer that refuses', () => {
  test.each<[string, (seen: Seen) => boolean, Fault, boolean, string, string]>([
    [
      'a repository that a token is needed for',
      asCommit,
      refused('', 401),
      false,
      'hub:google/tiny@main: no such repository, or a private or gated one: the hub answers 401',
      'Set HF_TOKEN to a token that may read it (terms to accept would be on HUB/google/tiny), and check the name.',
    ],
    [
      'a token that is none',
      asCommit,
      refused('', 401),
      true,
      'hub:google/tiny@main: the token was not accepted: the hub answers 401',
      'Make a new one on HUB/settings/tokens.',
    ],
    [
      'a gated repository, without a token',
      asFile('config.json'),
      refused('GatedRepo', 401),
      false,
      'hub:google/tiny@main: config.json: the repository is gated: the hub answers 401 ("It is GatedRepo.")',
      'Accept its terms on HUB/google/tiny, and set HF_TOKEN to a token of the account that accepted them.',
    ],
    [
      'a gated repository whose terms were not accepted',
      asFile(weights),
      refused('GatedRepo'),
      true,
      'hub:google/tiny@main: model.safetensors: the repository is gated: the hub answers 403 ("It is GatedRepo.")',
      'Accept its terms on HUB/google/tiny.',
    ],
    [
      'a token that may not read it',
      asListing,
      refused(''),
      true,
      'hub:google/tiny@main: access is denied: the hub answers 403',
      'Accept its terms on HUB/google/tiny if there are any, and check HF_TOKEN: it must be allowed to read this one.',
    ],
    [
      'a file that is listed but not there',
      asFile(weights),
      refused('EntryNotFound', 404),
      false,
      'hub:google/tiny@main: model.safetensors: the file is not there: the hub answers 404 ("It is EntryNotFound.")',
      'See HUB/google/tiny/tree/main for those there are.',
    ],
    [
      'an answer that no hub gives',
      asCommit,
      { status: 200, body: '<html>Sign in to the guest network</html>' },
      false,
      'hub:google/tiny@main: the hub’s answer is not what a hub answers',
      'Is HF_ENDPOINT a hub?',
    ],
    [
      'a commit that would leave the cache',
      asCommit,
      { status: 200, body: JSON.stringify({ _id: '1', id: 'google/tiny', sha: '../../../../tmp' }) },
      false,
      'hub:google/tiny@main: the hub’s answer is not what a hub answers',
      'Is HF_ENDPOINT a hub?',
    ],
  ])('%s', async (_, applies, fault, withToken, message, hint) => {
    const { hub, refusal, draw } = await startHubWork()
    hub.fault = (seen) => (applies(seen) ? fault : undefined)
    const variables = withToken ? { HF_TOKEN: 'hf_secret' } : {}
    expect(await refusal('main', { variables })).toEqual(['PARITY_HUB', message, hint])
    expect(hub.log.filter(applies).length).toBe(1)
    // What was fetched beside it may stay, to go on with; nothing is linked, so nothing looks like a checkpoint.
    const left = await draw()
    const file = /model\.safetensors|config\.json/.exec(message)?.[0]
    expect(file === undefined ? left : left.filter((line) => isOf(file, line))).toEqual([])
  })

  test('a repository and a revision that are not there', async () => {
    const { hub, home, refusal, draw } = await startHubWork()
    expect(await refusal('v9')).toEqual([
      'PARITY_HUB',
      `hub:google/tiny@v9: there is no revision 'v9': the hub answers 404 ("RevisionNotFound.")`,
      'See HUB/google/tiny/commits for those there are.',
    ])
    const other = { owner: 'google', name: 'none', revision: 'main' }
    const variables = { HF_HOME: home, HF_ENDPOINT: hub.endpoint }
    await expect(fetchFromHub(other, { signal: new AbortController().signal, variables })).rejects.toMatchObject({
      code: 'PARITY_HUB',
      message: 'hub:google/none@main: there is no such repository: the hub answers 404 ("RepoNotFound.")',
      hint: `Check the name on ${hub.endpoint}; a private one needs HF_TOKEN.`,
    })
    expect(await draw()).toEqual([])
  })

  test('the token is not shown, even where the hub repeats it', async () => {
    const { hub, refusal } = await startHubWork()
    const headers = { 'x-error-message': 'Bearer hf_secret is not allowed here' }
    hub.fault = () => ({ status: 403, headers })
    const told = await refusal('main', { variables: { HF_TOKEN: 'hf_secret' } })
    expect(told[1]).toBe(
      'hub:google/tiny@main: access is denied: the hub answers 403 ("Bearer *** is not allowed here")',
    )
    expect(told.join(' ')).not.toContain('hf_secret')
  })
})

describe('a fault that may pass', () => {
  test('500 once, then fine', async () => {
    const { hub, fetch } = await startHubWork()
    const failed = new Set<string>()
    hub.fault = ({ host, path }) => {
      if (failed.has(host + path)) return undefined
      failed.add(host + path)
      return { status: 500 }
    }
    await fetch()
    expect(failed.size).toBeGreaterThan(5)
  })

  test('429 waits as long as the hub asks for', async () => {
    const { hub, fetch } = await startHubWork()
    let asked = 0
    hub.fault = (seen) =>
      asCommit(seen) && asked++ === 0 ? { status: 429, headers: { 'retry-after': '1' } } : undefined
    const start = Date.now()
    await fetch()
    expect(Date.now() - start).toBeGreaterThanOrEqual(990)
    expect(hub.log.filter(asCommit).length).toBe(2)
  })

  test('429 that asks for an hour is an error at once', async () => {
    const { hub, refusal, draw } = await startHubWork()
    hub.fault = () => ({ status: 429, headers: { 'retry-after': '3600' } })
    expect(await refusal()).toEqual([
      'PARITY_HUB',
      'hub:google/tiny@main: the hub answers 429',
      'Run it again in 3600 s.',
    ])
    expect(await draw()).toEqual([])
  })

  test('503 for good', async () => {
    const { hub, refusal, draw } = await startHubWork()
    hub.fault = (seen) => (asListing(seen) ? { status: 503 } : undefined)
    expect(await refusal()).toEqual(['PARITY_HUB', 'hub:google/tiny@main: the hub answers 503; tried 5 times', giveUp])
    expect(hub.log.filter(asListing).length).toBe(5)
    expect(await draw()).toEqual([])
  })

  test('nobody there', async () => {
    const { refusal, draw } = await startHubWork()
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    expect(await refusal('main', { variables: { HF_ENDPOINT: `http://127.0.0.1:${port}` } })).toEqual([
      'PARITY_HUB',
      'hub:google/tiny@main: the connection to HOST failed (ECONNREFUSED); tried 5 times',
      giveUp,
    ])
    expect(await draw()).toEqual([])
  })

  test('a hub that accepts and says nothing', async () => {
    const { hub, refusal, draw } = await startHubWork()
    hub.fault = () => ({ silentAfter: null })
    expect(await refusal('main', { patience: { silence: 50, pause: 1 } })).toEqual([
      'PARITY_HUB',
      'hub:google/tiny@main: HOST sent nothing for 0.05 s; tried 5 times',
      giveUp,
    ])
    expect(await draw()).toEqual([])
  })

  test('a file that stops coming: what came stays for the next time', async () => {
    const { hub, refusal, draw } = await startHubWork()
    hub.fault = ({ host, path, range }) =>
      host === 'cdn' && path.includes(hub.files.get(weights)?.etag ?? '?')
        ? { silentAfter: range === undefined ? 2000 : 0 }
        : undefined
    expect(await refusal()).toEqual([
      'PARITY_HUB',
      'hub:google/tiny@main: model.safetensors: HOST sent nothing for 0.25 s; tried 5 times',
      giveUp,
    ])
    const left = (await draw()).filter((line) => isOf(weights, line))
    expect(left).toEqual(['blobs/<model.safetensors>.incomplete: 2000'])
  })
})

describe('this machine', () => {
  test('has not the space: nothing is fetched', async () => {
    const { hub, refusal, draw } = await startHubWork()
    const size = 2 ** 52
    hub.list = (entries) =>
      entries.map((entry) =>
        'path' in entry && entry.path === weights ? { ...entry, lfs: { oid: 'a'.repeat(64), size } } : entry,
      )
    const [code, message, hint] = await refusal()
    expect([code, hint]).toEqual(['PARITY_HUB', 'Make room, or let HF_HUB_CACHE name a folder that has it.'])
    expect(message).toMatch(
      /^hub:google\/tiny@main: needs 4503599\.6 GB more, but HOME\/hub\/models--google--tiny\/blobs has [\d.]+ GB free$/,
    )
    expect(hub.log.some(({ path }) => path.includes('/resolve/'))).toBe(false)
    expect(await draw()).toEqual([])
  })

  test('a file stands where the cache should be', async () => {
    const { hub, home, refusal } = await startHubWork()
    await mkdir(home)
    await writeFile(`${home}/hub`, '')
    expect((await refusal())[1]).toMatch(/^hub:google\/tiny@main: the cache in HOME\/hub cannot be used \(E/)
    expect(hub.log.some(({ path }) => path.includes('/resolve/'))).toBe(false)
  })
})

describe('stopping it', () => {
  const stopHint = 'Run it again: it goes on with the bytes that are there.'

  test('before it begins', async () => {
    const { hub, refusal, draw } = await startHubWork()
    expect(await refusal('main', { signal: AbortSignal.abort() })).toEqual([
      'PARITY_HUB',
      'hub:google/tiny@main: fetching it was stopped',
      stopHint,
    ])
    expect(hub.log).toEqual([])
    expect(await draw()).toEqual([])
  })

  test('in the middle of a file: it goes on the next time', async () => {
    const { hub, refusal, fetch, draw } = await startHubWork()
    const isWeights = ({ path }: Seen) => path === `/${hub.files.get(weights)?.etag}`
    hub.fault = (seen) => (isWeights(seen) ? { silentAfter: 3000 } : undefined)
    const stop = new AbortController()
    const told = await refusal('main', {
      signal: stop.signal,
      patience: { silence: 20_000, pause: 1 },
      progress: ({ file }) => {
        if (file === weights)
          setTimeout(() => {
            stop.abort()
          }, 300)
      },
    })
    expect(told).toEqual(['PARITY_HUB', 'hub:google/tiny@main: model.safetensors: fetching it was stopped', stopHint])
    const left = (await draw()).filter((line) => isOf(weights, line))
    expect(left).toEqual(['blobs/<model.safetensors>.incomplete: 3000'])

    hub.fault = () => undefined
    hub.log.length = 0
    await fetch()
    expect(hub.log.filter(isWeights).map(({ range }) => range)).toEqual(['bytes=3000-'])
  })

  test('while it waits to try again', async () => {
    const { hub, refusal } = await startHubWork()
    hub.fault = () => ({ status: 503, headers: { 'retry-after': '60' } })
    const signal = AbortSignal.timeout(300)
    expect((await refusal('main', { signal }))[1]).toBe('hub:google/tiny@main: fetching it was stopped')
  })
})
