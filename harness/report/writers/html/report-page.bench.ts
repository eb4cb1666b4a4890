import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, bench, describe } from 'vitest'
import { makeReport } from '../../report.fixture.js'
import { manyVerdicts } from './many-verdicts.fixture.js'
import { openPage } from './open-page.fixture.js'
import { writePage } from './with-report.fixture.js'

const folder = await mkdtemp(join(tmpdir(), 'parity-html-'))
const pages = await Promise.all(
  [100, 1000].map(async (count) => {
    const file = join(folder, `${count}.html`)
    await writeFile(file, await writePage(makeReport(...manyVerdicts(count))))
    return { count, ...(await openPage(file)) }
  }),
)
afterAll(async () => {
  await Promise.all(pages.map(({ close }) => close()))
  await rm(folder, { recursive: true })
})

// Each is timed to the next frame, which the reader sees. Playwright's own part is in both.
const painted = `new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)) })`

describe('the page opens', () => {
  for (const { count, page } of pages)
    bench(`${count} verdicts`, async () => {
      await page.reload()
      await page.evaluate(painted)
    })
})

describe('the list is filtered', () => {
  for (const { count, page } of pages) {
    let searches = 0
    bench(`${count} verdicts`, async () => {
      await page.locator('#search').fill(searches++ % 2 === 0 ? 's:fail' : '')
      await page.evaluate(painted)
    })
  }
})
