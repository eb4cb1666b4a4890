import type { ExhibitEngine, Verdict } from '../../types.js'
import { firstLayer, type Visit } from './visit-exhibit.js'

const dayMs = 86_400_000

/** `docs/museum.md`: what happened, how long users had it, and what the harness says of it, word for word. */
export function museumPage(visits: readonly Visit[]): string {
  const caught = visits.filter((visit) => visit.caught).length
  const clean = visits.filter((visit) => visit.clean).length
  return `# The museum

Regressions about Gemma 4 that really shipped. Each is a case under \`cases/museum/\` with a release that has it and an
engine that has not. \`npx parity museum\`, in a clone, runs both: the first must be called wrong, for the right reason, and the second
right. Of ${visits.length}, ${caught} were caught with the right reason and ${clean} found clean. This page is made from such a
run (\`npx parity museum --write docs/museum.md\`); \`npx parity museum --install\` makes the environments that it needs.

${table(visits)}

${visits.map(section).join('\n\n')}
`
}

function table(visits: readonly Visit[]): string {
  const rows = visits.map(({ item: { exhibit }, wrong, right }) => [
    `[${exhibit.title}](#${anchor(exhibit.title)})`,
    `${describeEngine(exhibit.wrong)}: ${wrong.outcome}`,
    `${describeEngine(exhibit.right)}: ${right.outcome}`,
    lasted(exhibit.shipped.date, exhibit.mended?.date),
  ])
  const lines = [['exhibit', 'wrong', 'right', 'users had it for'], ['---', '---', '---', '---'], ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function section({ item, wrong, right }: Visit): string {
  const { title, what, link, shipped, mended } = item.exhibit
  const since = `Shipped with ${shipped.version} on ${shipped.date}`
  const until =
    mended === null
      ? 'no release has mended it yet'
      : `mended in ${mended.version} on ${mended.date}, ${lasted(shipped.date, mended.date)} later`
  return `## ${title}

${what} ${since}, ${until}: [public reference](${link}).

Case \`${item.id}\`, on ${describeEngine(item.exhibit.wrong)}:

${quote(wrong)}

On ${describeEngine(item.exhibit.right)}:

${quote(right)}`
}

/** A verdict, word for word. */
function quote(verdict: Verdict): string {
  const { outcome, reason, hint } = verdict
  const layer = firstLayer(verdict)
  const lines = [
    `**${outcome}**: ${escapeMarkdown(reason)}`,
    ...(hint === undefined ? [] : [`hint: ${escapeMarkdown(hint)}`]),
    ...(layer === undefined ? [] : [`The first hidden states beyond the noise are those of layer ${layer}.`]),
  ]
  return lines.map((line) => `> ${line}`).join('\n>\n')
}

const describeEngine = ({ engine, options }: ExhibitEngine): string =>
  options === undefined
    ? `\`${engine}\``
    : `\`${engine}\` with ${Object.entries(options)
        .map(([name, value]) => `\`${name}: ${JSON.stringify(value)}\``)
        .join(', ')}`

function lasted(from: string, to: string | undefined): string {
  if (to === undefined) return 'still there'
  const days = Math.round((Date.parse(to) - Date.parse(from)) / dayMs)
  return days === 1 ? '1 day' : `${days} days`
}

/** As GitHub makes one of a heading. */
const anchor = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')

const escapeMarkdown = (text: string) => text.replaceAll(/[_*<>[\]|]/g, String.raw`\$&`)
