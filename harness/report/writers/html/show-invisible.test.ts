import { expect, it } from 'vitest'
import { joinPieces, showInvisible, showLog, showToken } from './show-invisible.js'

const line = (text: string) => joinPieces(showInvisible(text))
const token = (text: string) => joinPieces(showToken(text))

it('names what cannot be seen', () => {
  expect(showInvisible('a\u200Bb')).toEqual([
    { text: 'a', isName: false },
    { text: '⟨U+200B⟩', isName: true },
    { text: 'b', isName: false },
  ])
  expect(line('\u202Egnp.exe\u2069')).toBe('⟨U+202E⟩gnp.exe⟨U+2069⟩')
  expect(line('\u001B[31m\u0007')).toBe('⟨U+001B⟩[31m⟨U+0007⟩')
  expect(line('\uD800 \u{E0041} \u3164 \u00A0 \u2028')).toBe('⟨U+D800⟩ ⟨U+E0041⟩ ⟨U+3164⟩ ⟨U+00A0⟩ ⟨U+2028⟩')
})

it('leaves what can be seen', () => {
  const seen = '<b>&amp; العربية עברית 日本語 👩‍💻 ❤️ é'
  expect(line(seen)).toBe(seen)
  expect(line('a\u200Db')).toBe('a⟨U+200D⟩b')
})

it('marks line ends, in a log it keeps them', () => {
  expect(line('a\n\tb\r')).toBe('a↵⇥b⟨U+000D⟩')
  expect(joinPieces(showLog('a\n\tb\r'))).toBe('a\n\tb⟨U+000D⟩')
})

it('marks every space of a token', () => {
  expect(token(' the  cat\n')).toBe('␣the␣␣cat↵')
  expect(token('')).toBe('⟨empty⟩')
  expect(showToken('␣')).toEqual([{ text: '␣', isName: false }])
})
