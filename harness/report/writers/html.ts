import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ParityError } from '../../errors.js'
import { packageRoot } from '../../package-root.js'
import type { MakeReporter } from '../reporter.js'
import { buildPage, type Client } from './html/build-page.js'

/** `report.html`: one offline page with the figures of every verdict. */
export const makeReporter: MakeReporter = ({ history }) => ({
  name: 'html',
  onEnd: async (report) => [{ path: 'report.html', content: buildPage(report, history, await readClient()) }],
})

/** Reads the client as the build leaves it. Throws `PARITY_REPORT` where the package was not built. */
async function readClient(): Promise<Client> {
  const folder = join(packageRoot, 'dist/report/writers/html')
  try {
    const [script, style] = await Promise.all(
      ['client.js', 'client.css'].map((name) => readFile(join(folder, name), 'utf8')),
    )
    return { script: script.trim(), style: style.trim() }
  } catch (error) {
    const problem = `the HTML report's own script or style sheet is missing from ${folder}`
    throw new ParityError('PARITY_REPORT', problem, 'run npm run build', { cause: error })
  }
}
