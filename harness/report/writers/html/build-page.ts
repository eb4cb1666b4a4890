import { createHash } from 'node:crypto'
import type { Report } from '../../build.js'
import type { HistoryPoint } from '../../history.js'
import { count } from './format-numbers.js'
import { indexVerdicts } from './index-verdicts.js'
import { writeJson } from './page-json.js'

/** What runs in the browser: one script and one style sheet. */
export interface Client {
  readonly script: string
  readonly style: string
}

/**
 * One HTML file that needs nothing else. Its policy lets no other script than the client run, and nothing be loaded; the
 * client makes elements, never markup, so what a model or a log says stays text.
 */
export function buildPage(report: Report, history: readonly HistoryPoint[], { script, style }: Client): string {
  const { index, details } = indexVerdicts(report, history)
  const policy = [
    `default-src 'none'`,
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${index.bad === 0 ? 'None' : index.bad} of ${count(report.verdicts.length, 'verdict')} bad – transformers-parity</title>
<link rel="icon" href="${iconOf(index.bad > 0)}">
<style>${style}</style>
</head>
<body>
<noscript><p>This report is drawn by a script that it brings along. Without scripts, read report.md or report.json.</p></noscript>
<script type="application/json" id="index">${escapeScript(writeJson(index))}</script>
<script type="application/json" id="details">${escapeScript(JSON.stringify(details))}</script>
<script>${script}</script>
</body>
</html>
`
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** JSON that cannot end the element that it stands in. */
const escapeScript = (json: string): string => json.replaceAll('<', '\\u003c')

function iconOf(isBadRun: boolean): string {
  const [colour, path] = isBadRun ? ['#cf222e', 'M5 5l6 6M11 5l-6 6'] : ['#1a7f37', 'M4.5 8.5l2.5 2.5 4.5-5']
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><circle cx='8' cy='8' r='8' fill='${colour}'/><path d='${path}' fill='none' stroke='#fff' stroke-width='2'/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
