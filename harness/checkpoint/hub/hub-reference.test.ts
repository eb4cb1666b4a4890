import { describe, expect, test } from 'vitest'
import { ParityError } from '../../errors.js'
import { formatHubReference, parseHubReference } from './hub-reference.js'

test('takes a name apart', () => {
  expect(parseHubReference('hub:google/gemma-4-E2B-it')).toEqual({
    owner: 'google',
    name: 'gemma-4-E2B-it',
    revision: 'main',
  })
  for (const revision of ['main', 'v1.0', 'refs/pr/12', 'feature/a_b', '0123456789abcdef0123456789abcdef01234567']) {
    const text = `hub:a.b/c_d-1@${revision}`
    const reference = parseHubReference(text)
    expect(reference).toEqual({ owner: 'a.b', name: 'c_d-1', revision })
    expect(reference === null ? '' : formatHubReference(reference)).toBe(text)
  }
})

test('leaves folders alone', () => {
  for (const text of ['', './hub', 'hub', '/models/hub:a/b', 'Hub:a/b', 'google/gemma-4-E2B-it'])
    expect(parseHubReference(text)).toBeNull()
})

describe('refuses, and says which part', () => {
  test.each([
    ['hub:', "'' is not OWNER/NAME"],
    ['hub:gpt2', "'gpt2' is not OWNER/NAME"],
    ['hub:a/b/c', "'a/b/c' is not OWNER/NAME"],
    ['hub:/b', "the owner '' is empty"],
    ['hub:a/', "the name '' is empty"],
    ['hub:../b', "the owner '..' begins or ends with '-' or '.'"],
    ['hub:a/..', "the name '..' begins or ends with '-' or '.'"],
    ['hub:a/b..c', "the name 'b..c' has '--' or '..' in it"],
    ['hub:a--b/c', "the owner 'a--b' has '--' or '..' in it"],
    ['hub:a/b.git', "the name 'b.git' ends with '.git'"],
    ['hub:a/b%2f', "the name 'b%2f' has other characters than letters, digits, - _ ."],
    ['hub:a\\b/c', "the owner 'a\\b' has other characters than letters, digits, - _ ."],
    [`hub:a/${'b'.repeat(97)}`, 'is longer than 96 characters'],
    ['hub:a/b@', "the revision '' is empty"],
    ['hub:a/b@../../x', "the revision '../../x' has a part between slashes"],
    ['hub:a/b@x/../y', "the revision 'x/../y' has a part between slashes"],
    ['hub:a/b@/etc', "the revision '/etc' has a part between slashes"],
    ['hub:a/b@x//y', "the revision 'x//y' has a part between slashes"],
    ['hub:a/b@.x', "the revision '.x' has a part between slashes"],
    ['hub:a/b@x.lock', "the revision 'x.lock' has a part between slashes"],
    ['hub:a/b@x y', "the revision 'x y' has characters that no branch, tag or commit has"],
    ['hub:a/b@x?y', "the revision 'x?y' has characters"],
    ['hub:a/b@x\0', "the revision 'x\0' has characters"],
    ['hub:a/b@C:\\x', "the revision 'C:\\x' has characters"],
  ])('%j', (text, what) => {
    let error: unknown
    try {
      parseHubReference(text)
    } catch (thrown) {
      error = thrown
    }
    if (!ParityError.is(error)) throw new Error('nothing was refused')
    expect(error.code).toBe('PARITY_USAGE')
    expect(error.message).toContain(what)
    expect(error.hint).toBe('Write hub:OWNER/NAME or hub:OWNER/NAME@REVISION.')
  })
})
