import { expect, it } from 'vitest'
import { printable } from './printable.js'

it.each([
  ['\x1b[31mred\x1b[0m', '\\u001b[31mred\\u001b[0m'],
  ['\x9b31m', '\\u009b31m'],
  ['a\nb\tc\rd\0e\x7f', 'a\\nb\\tc\\rd\\u0000e\\u007f'],
  ['file\u202Egnp.exe', 'file\\u202egnp.exe'],
  ['\u2066a\u2069 \u200Eb\u200F \u061C', '\\u2066a\\u2069 \\u200eb\\u200f \\u061c'],
  ['a\u200Bb\u2060c\uFEFFd\u00ADe', 'a\\u200bb\\u2060c\\ufeffd\\u00ade'],
  ['a\u2028b\u2029', 'a\\u2028b\\u2029'],
  ['x\u{E0041}\u{E0100}y', 'x\\u{e0041}\\u{e0100}y'],
  ['lone \uD83D', 'lone \\ud83d'],
  ['a\u200Db', 'a\\u200db'],
  ['\u3164\u115F', '\\u3164\\u115f'],
])('%j is shown as %s', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

it.each(['Zażółć 日本語 שלום مرحبا e\u0301', '👩🏽\u200D💻 🏳\uFE0F\u200D🌈 ❤\uFE0F 🇩🇪', 'a\u00A0b\u3000c', '\\u202e'])(
  '%j is shown as it is',
  (text) => {
    expect(printable(text)).toBe(text)
  },
)
