import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ParityError } from '../../errors.js'
import { temporaryFolder } from '../refusal.fixture.js'
import { readHubEnvironment } from './hub-environment.js'

test('is the public hub and the standard cache, without variables', async () => {
  const home = await temporaryFolder()
  expect(await readHubEnvironment({ HOME: home })).toEqual({
    endpoint: 'https://huggingface.co',
    cache: join(home, '.cache/huggingface/hub'),
    token: null,
    offline: false,
  })
})

test.each([
  [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
  [{ XDG_CACHE_HOME: '/x', HF_HOME: '/h' }, '/h/hub'],
  [{ HF_HOME: '~/h' }, '/me/h/hub'],
  [{ HF_HOME: '$DISK/h', DISK: '/d' }, '/d/h/hub'],
  [{ HF_HOME: '' }, '/me/.cache/huggingface/hub'],
  // The cache itself, with no `hub` below it.
  [{ HF_HOME: '/h', HF_HUB_CACHE: '/c' }, '/c'],
  [{ HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
  [{ HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '${HOME}/new' }, '/me/new'],
])('finds the cache of %j', async (variables, cache) => {
  expect((await readHubEnvironment({ HOME: '/me', HF_TOKEN: 'hf_x', ...variables })).cache).toBe(cache)
})

test('reads the token from its variable, or else from its file', async () => {
  const home = await temporaryFolder()
  await mkdir(join(home, 'hf'))
  await writeFile(join(home, 'hf/token'), 'hf_stored\n')
  await writeFile(join(home, 'other'), ' hf_other ')
  const read = async (variables: Record<string, string>) =>
    (await readHubEnvironment({ HF_HOME: join(home, 'hf'), ...variables })).token

  expect(await read({})).toBe('hf_stored')
  expect(await read({ HF_TOKEN: 'hf_given' })).toBe('hf_given')
  expect(await read({ HF_TOKEN_PATH: join(home, 'other') })).toBe('hf_other')
  expect(await read({ HF_TOKEN_PATH: join(home, 'none') })).toBeNull()
  expect(await read({ HF_TOKEN: 'hf_given', HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toBeNull()
})

test('knows when it is offline', async () => {
  const read = async (variables: Record<string, string>) =>
    (await readHubEnvironment({ HF_TOKEN: 'hf_x', ...variables })).offline
  for (const yes of ['1', 'ON', 'on', 'YES', 'True']) expect(await read({ HF_HUB_OFFLINE: yes }), yes).toBe(true)
  for (const no of ['0', 'off', '', 'no']) expect(await read({ HF_HUB_OFFLINE: no }), no).toBe(false)
  expect(await read({ TRANSFORMERS_OFFLINE: '1' })).toBe(true)
})

test('takes an endpoint with or without a slash, and refuses what is none', async () => {
  const read = (endpoint: string) => readHubEnvironment({ HF_ENDPOINT: endpoint, HF_TOKEN: 'hf_x' })
  expect((await read('https://mirror.example/hub/')).endpoint).toBe('https://mirror.example/hub')
  for (const endpoint of ['mirror.example', 'ftp://mirror.example', 'https://me:secret@mirror.example']) {
    const error: unknown = await read(endpoint).catch((thrown: unknown) => thrown)
    if (!ParityError.is(error)) throw new Error(`${endpoint} was not refused`)
    expect(error.code).toBe('PARITY_USAGE')
    expect(error.message + error.hint).not.toContain('secret')
  }
})

test('refuses a token that could not be sent, without showing it', async () => {
  const error: unknown = await readHubEnvironment({ HF_TOKEN: 'hf_secret\nx-other: 1' }).catch(
    (thrown: unknown) => thrown,
  )
  if (!ParityError.is(error)) throw new Error('nothing was refused')
  expect(error.code).toBe('PARITY_USAGE')
  expect(error.message + error.hint).not.toContain('hf_secret')
})
