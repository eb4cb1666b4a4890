import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Report } from '../../build.js'
import type { HistoryPoint } from '../../history.js'
import { makeReporter } from '../html.js'
import { openPage, type PageOptions } from './open-page.fixture.js'

/** The verdict of `everyOutcome` that has everything: marks, a fork, evidence, a log, a history. */
export const failed = 'gemma4/e4b/pruned on mlx-lm:metal/bfloat16'
export const failedHash = `#v=${encodeURIComponent(failed)}`

/** Runs in which it was good until a new version of its engine. */
const history = [1.1, 1.2, 1.1, 180].map((excess, day): HistoryPoint => {
  const [outcome, engineVersion] = excess < 4 ? (['pass', '0.31.1'] as const) : (['fail', '0.31.2'] as const)
  return {
    at: `2026-11-2${day}T03:00:00Z`,
    tool: '1.2.3',
    commit: 'c0ffee'.repeat(6),
    reference: 'transformers@5.23.0/float64, recorded',
    verdicts: { [failed]: { outcome, excess, engineVersion, elapsedMs: 900 } },
  }
})

/** The page of a report, as the reporter writes it. */
export async function writePage(report: Report): Promise<string | Uint8Array> {
  const reporter = makeReporter({
    history,
    isColoured: false,
    print: () => undefined,
    append: () => Promise.resolve(),
    environment: {},
  })
  const [{ content }] = await reporter.onEnd(report)
  return content
}

/** Opens the page of a report from disk, looks at it, and clears it away. */
export async function withReport(
  report: Report,
  options: PageOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'parity-html-'))
  try {
    const file = join(folder, 'report.html')
    await writeFile(file, await writePage(report))
    const { page, close } = await openPage(file, options)
    try {
      await look(page)
    } finally {
      await close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Collects what the page throws and what the browser says of it. */
export function listenFor(complaints: string[], page: Page): void {
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
}
