/** Neither Markdown nor HTML may begin in text that comes from a checkpoint or an engine. */
import { showLine } from './show-text.js'

/** Text in a paragraph or in a cell of a table. GitHub makes links of @name and #1; a mark without width prevents it. */
export const escapeText = (text: string): string =>
  showLine(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_[\]()|~#!>]/g, (mark) => `\\${mark}`)
    .replace(/((?<!\w)@|#|\bGH-)(?=\w)/gi, '$1&#8203;')

/** A code span in a paragraph. It takes no escapes: what would end it is replaced. */
export const codeOf = (text: string): string => `\`${showLine(text).replaceAll('`', 'ˋ') || ' '}\``

/** A code span in a cell of a table, which a bar would end in spite of it. */
export const codeInCell = (text: string): string => codeOf(text).replaceAll('|', '¦')

/** A block of code, which its content cannot close. */
export function fenceOf(content: string, language: string): string {
  const longest = Math.max(0, ...(content.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}${language}\n${content}\n${fence}`
}

/** Text within an HTML element. */
export const escapeHtml = (text: string): string =>
  showLine(text).replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
