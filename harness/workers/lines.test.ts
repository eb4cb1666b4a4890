import { expect, test } from 'vitest'
import { LineSplitter, LineTooLong, quoteLine } from './lines.js'

test('lines are put together from any pieces', () => {
  const text = Buffer.from('{"a":1}\n\nzwölf €\nrest')
  for (let size = 1; size <= text.length; size++) {
    const splitter = new LineSplitter(100)
    const lines: string[] = []
    for (let at = 0; at < text.length; at += size) lines.push(...splitter.push(text.subarray(at, at + size)))
    expect(lines).toEqual(['{"a":1}', '', 'zwölf €'])
  }
})

test('a line may be as long as the limit, and no longer, wherever it is cut', () => {
  expect(new LineSplitter(4).push(Buffer.from('1234\n5678\n'))).toEqual(['1234', '5678'])
  expect(() => new LineSplitter(4).push(Buffer.from('12345'))).toThrow(LineTooLong)
  const splitter = new LineSplitter(4)
  splitter.push(Buffer.from('123'))
  expect(() => splitter.push(Buffer.from('45\n'))).toThrow('a line is longer than 4 bytes')
})

test('a quoted line is short and cannot move the cursor', () => {
  expect(quoteLine('a\u001b[2J\u009b\u202e"b"')).toBe('"a\\u001b[2J\\u009b\\u202e\\"b\\""')
  expect(quoteLine('x'.repeat(1000))).toBe(`"${'x'.repeat(200)}…"`)
})
