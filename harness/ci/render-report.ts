import type { Report } from '../report/build.js'
import { makeReporter } from '../report/writers/markdown.js'

/** A report as the writer `markdown` shows it, made anew from the verdicts: Markdown that came with it is not used. */
export async function renderReport(report: Report): Promise<string> {
  const reporter = makeReporter({
    history: [],
    isColoured: false,
    print: () => undefined,
    append: () => Promise.resolve(),
    environment: {},
  })
  const artifacts = await reporter.onEnd(report)
  const content = artifacts.find(({ path }) => path === 'report.md')?.content
  if (typeof content !== 'string') throw new Error('the writer markdown gave no report.md')
  return content
}
