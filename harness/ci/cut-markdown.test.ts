import { expect, test } from 'vitest'
import { cutMarkdown } from './cut-markdown.js'

test('what fits stays as it is', () => {
  expect(cutMarkdown('ééé\n', 7)).toBe('ééé\n')
})

test('cuts at a line, closes what is open, and says how much is missing', () => {
  const lines = ['# Report', '<details><summary>one</summary>', '', '```text', ...Array<string>(50).fill('0123456789')]
  const text = [...lines, '```', '', '</details>', ''].join('\n')
  expect(cutMarkdown(text, 200)).toMatchInlineSnapshot(`
    "# Report
    <details><summary>one</summary>

    \`\`\`text
    0123456789
    0123456789
    0123456789
    0123456789
    0123456789
    \`\`\`

    </details>

    _48 lines are left out here: the whole report is an artifact of the run._
    "
  `)
})

test('no limit is exceeded, in bytes, wherever it falls', () => {
  const text = ['<details>', '', '~~~~', ...Array<string>(40).fill('– 𝛼 <b>'), '~~~~', '</details>', 'end', ''].join(
    '\n',
  )
  for (let limit = 130; limit < Buffer.byteLength(text); limit++) {
    const cut = cutMarkdown(text, limit)
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limit)
    expect(cut.match(/<details>/g)?.length ?? 0).toBe(cut.match(/<\/details>/g)?.length ?? 0)
    expect((cut.match(/^~~~~$/gm)?.length ?? 0) % 2).toBe(0)
  }
})

test('a longer fence, and a tag inside a fence, close nothing', () => {
  const text = ['````', '```', '</details>', '<details>', ...Array<string>(30).fill('x'.repeat(20))].join('\n')
  const cut = cutMarkdown(text, 200)
  expect(cut.split('\n').filter((line) => line === '````')).toEqual(['````', '````'])
  expect(cut.split('\n').filter((line) => line === '</details>')).toEqual(['</details>'])
})
