import { expect, it } from 'vitest'
import { listVersions } from './list-versions.js'

const index = ['0.11.0', '0.11.0rc1', '0.10.1', '0.10.0.post1', '0.10.0', '0.9.2', '0.9.0']
const source = { name: 'mine', versions: () => Promise.resolve(index), install: () => Promise.resolve() }

it.each([
  ['0.9.0', '0.11.0', ['0.9.0', '0.9.2', '0.10.0', '0.10.0.post1', '0.10.1', '0.11.0']],
  ['0.10.1', '0.9.2', ['0.9.2', '0.10.0', '0.10.0.post1', '0.10.1']],
  ['0.10.1', '0.11.0rc1', ['0.10.1', '0.11.0rc1']],
])('from %s to %s', async (good, bad, expected) => {
  expect(await listVersions(source, { good, bad })).toEqual(expected)
})

it('asks nobody where the versions are named, and takes the ends too', async () => {
  const offline = { name: 'mine', install: source.install }
  const versions = ['0.31.3', '0.32.2', '0.30.0']
  expect(await listVersions(offline, { good: '0.31.2', bad: '0.32.2', versions })).toEqual([
    '0.31.2',
    '0.31.3',
    '0.32.2',
  ])
})

it.each([
  [source, '9.9', '0.11.0', 'mine has no release 9.9'],
  [source, '0.9.0', '0.9.0', '--good and --bad are both 0.9.0'],
  [{ name: 'oracle' }, '1', '2', 'oracle has no versions that can be installed'],
])('refuses what there is not', async (from, good, bad, message) => {
  await expect(listVersions(from, { good, bad })).rejects.toMatchObject({ code: 'PARITY_USAGE', message })
})
