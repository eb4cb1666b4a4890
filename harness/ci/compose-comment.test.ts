import { expect, test } from 'vitest'
import { composeComment, markerOf } from './compose-comment.js'

const facts = {
  marker: markerOf('report'),
  runUrl: 'https://github.com/o/r/actions/runs/7',
  commit: 'abcdef0123456789abcdef0123456789abcdef01',
  isForeign: false,
}

test('marker, report, and where it comes from', () => {
  expect(composeComment('# 1 pass\n', facts)).toMatchInlineSnapshot(`
    "<!-- transformers-parity: report -->
    # 1 pass

    <sub>[Run of abcdef012345, with the whole report as an artifact](https://github.com/o/r/actions/runs/7).</sub>
    "
  `)
})

test('a report by code of a fork says so', () => {
  const comment = composeComment('x', { ...facts, isForeign: true })
  expect(comment.split('\n').at(-2)).toBe(
    '<sub>[Run of abcdef012345, with the whole report as an artifact](https://github.com/o/r/actions/runs/7). ' +
      'It was made by code of a fork: read a command before you run it.</sub>',
  )
})

test('never longer than GitHub takes', () => {
  const comment = composeComment('<details>\n' + '– x – \n'.repeat(30_000) + '</details>\n', facts)
  expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(65_536)
  expect(Buffer.byteLength(comment)).toBeGreaterThan(65_400)
  expect(comment.split('\n').at(-2)).toBe(composeComment('', facts).split('\n').at(-2))
})

test('a name that could end the marker is refused', () => {
  expect(() => markerOf('--> <script>')).toThrow("'--> <script>' cannot name a comment")
})
