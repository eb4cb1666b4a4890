import { expect, it, test } from 'vitest'
import { formatAddress, readAddress } from './page-address.js'

test.each([
  ['', { search: '', open: null }],
  ['#q=s%3Afail%20e%3Amlx', { search: 's:fail e:mlx', open: null }],
  ['#v=gemma4%2Fe4b%20on%20mlx%3Agpu', { search: '', open: 'gemma4/e4b on mlx:gpu' }],
  ['#q=%26%23%2B&v=a%20%2B%20b', { search: '&#+', open: 'a + b' }],
])('%j is read and written', (hash, address) => {
  expect(readAddress(hash)).toEqual(address)
  expect(formatAddress(address)).toBe(hash)
})

it('reads what was typed by hand', () => {
  expect(readAddress('#v=gemma4/e4b on mlx:gpu/bfloat16').open).toBe('gemma4/e4b on mlx:gpu/bfloat16')
})
