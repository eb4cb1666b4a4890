/** The comment under a pull request. */
import { ParityError } from '../errors.js'
import { cutMarkdown } from './cut-markdown.js'

/** Longest body that GitHub takes. @see https://docs.github.com/en/rest/issues/comments */
const longest = 65_536

/** What a comment of ours begins with. A repository with several reports names each. @throws ParityError PARITY_USAGE */
export function markerOf(name: string): string {
  if (/^[\w.-]{1,50}$/.test(name)) return `<!-- transformers-parity: ${name} -->`
  throw new ParityError(
    'PARITY_USAGE',
    `'${name}' cannot name a comment`,
    'Letters, digits, dots, hyphens, at most 50.',
  )
}

export interface CommentFacts {
  readonly marker: string
  /** Address of the workflow run that made the report. */
  readonly runUrl: string
  /** Commit of the pull request that was run. */
  readonly commit: string | null
  /** The run executed code of a fork, so its report says what that code wanted it to say. */
  readonly isForeign: boolean
}

/** A comment around a rendered report, short enough for GitHub. */
export function composeComment(markdown: string, { marker, runUrl, commit, isForeign }: CommentFacts): string {
  const of = commit === null ? '' : ` of ${commit.slice(0, 12)}`
  const warning = isForeign ? ' It was made by code of a fork: read a command before you run it.' : ''
  const foot = `\n\n<sub>[Run${of}, with the whole report as an artifact](${runUrl}).${warning}</sub>\n`
  const room = longest - Buffer.byteLength(marker) - Buffer.byteLength(foot) - 1
  return `${marker}\n${cutMarkdown(markdown.trimEnd(), room)}${foot}`
}
