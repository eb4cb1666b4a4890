/** The page as people open it: from a disk, in Chromium, one at a time. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../../build.js'
import { makeReport } from '../../report.fixture.js'
import { makeReporter } from '../html.js'
import { manyVerdicts } from './many-verdicts.fixture.js'
import { openPage, type OpenedPage, type PageOptions } from './open-page.fixture.js'
import { hostileText, sampleHistory, sampleReport } from './sample-report.fixture.js'

let folder: string
let sample: string

async function writePage(name: string, report: Report): Promise<string> {
  const reporter = makeReporter({
    history: sampleHistory(),
    isColoured: false,
    print: () => undefined,
    append: () => Promise.resolve(),
    environment: {},
  })
  const [{ content }] = await reporter.onEnd(report)
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

async function withPage(file: string, options: PageOptions, look: (page: Page) => Promise<void>): Promise<void> {
  const opened: OpenedPage = await openPage(file, options)
  try {
    await look(opened.page)
  } finally {
    await opened.close()
  }
}

const failed = 'gemma4/e4b/pruned on mlx-lm:gpu/bfloat16'
const failedHash = `#v=${encodeURIComponent(failed)}`

const namesOf = (page: Page): Promise<string[]> => page.locator('.verdict:visible .name').allInnerTexts()
const shownHead = (page: Page): Locator => page.locator('h3 button[aria-expanded=true]')
const caption = (page: Page): Locator => page.locator('.inspector caption')
const rowsOf = async (table: Locator): Promise<string[]> =>
  (await table.locator('tbody tr').allInnerTexts()).map((row) => row.replaceAll(/\s+/g, ' ').trim())

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-html-'))
  sample = await writePage('sample.html', sampleReport())
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the first screen', () => {
  it('counts, then shows the matrix, then failures first', () =>
    withPage(sample, {}, async (page) => {
      expect(await page.title()).toBe('4 of 10 verdicts bad – transformers-parity')
      expect(await page.locator('h1').innerText()).toBe('4 of 10 verdicts are bad')
      expect(await page.locator('.count').allTextContents()).toEqual([
        '1 regressed',
        '1 fail',
        '2 error',
        '1 infrastructure',
        '1 fixed',
        '1 drifted',
        '1 known',
        '1 near-tie',
        '1 skipped',
        '3 pass',
        '1 new',
        '1 gone',
      ])
      expect(await page.locator('h2').allInnerTexts()).toEqual([
        'Cases and engines',
        'Verdicts',
        'Gone since the baseline',
      ])
      expect(await rowsOf(page.locator('.matrix table'))).toEqual([
        'gemma4/e2b/mixed pass drifted 3.40 × , details',
        'gemma4/e2b/pruned near-tie 1.12 × , details skipped , details',
        'gemma4/e2b/tied pass 1.12 × , details error infrastructure , details',
        'gemma4/e4b/mixed known 20 × , details error , details',
        'gemma4/e4b/pruned fail regressed 212 × , details fixed 1.12 × , details',
        'hostile/<script>document.title = "ran"</script>⟨U+202E⟩⟨U+200B⟩⟨U+001B⟩[31m pass new 1.12 × , details',
      ])
      expect(await namesOf(page)).toEqual([
        'gemma4/e4b/pruned on mlx-lm:gpu/bfloat16',
        'gemma4/e4b/mixed on vllm:cuda/bfloat16',
        'gemma4/e2b/tied on vllm:cuda/bfloat16',
        'gemma4/e4b/pruned on onnxruntime:cpu/float32',
        'gemma4/e2b/mixed on onnxruntime:cpu/float32',
        'gemma4/e4b/mixed on onnxruntime:cpu/float32',
        'gemma4/e2b/pruned on mlx-lm:gpu/bfloat16',
        'gemma4/e2b/pruned on vllm:cuda/bfloat16',
        'gemma4/e2b/tied on onnxruntime:cpu/float32',
        'hostile/<script>document.title = "ran"</script>⟨U+202E⟩⟨U+200B⟩⟨U+001B⟩[31m on onnxruntime:cpu/float32',
      ])
    }))
})

describe('the search', () => {
  it('is reached by /, filters list, matrix and gone ones, and stands in the address', () =>
    withPage(sample, {}, async (page) => {
      await page.keyboard.press('/')
      await page.keyboard.type('s:error')
      expect(await namesOf(page)).toEqual([
        'gemma4/e4b/mixed on vllm:cuda/bfloat16',
        'gemma4/e2b/tied on vllm:cuda/bfloat16',
      ])
      expect(await page.locator('.found').innerText()).toBe('2 of 10 verdicts')
      expect(await page.locator('.matrix th:visible').allInnerTexts()).toEqual([
        'Case',
        'vllm:cuda/bfloat16',
        'gemma4/e2b/tied',
        'gemma4/e4b/mixed',
      ])
      expect(await page.locator('.gone li:visible').count()).toBe(0)
      expect(new URL(page.url()).hash).toBe('#q=s%3Aerror')
      await page.keyboard.type(' m:e4b')
      expect(await namesOf(page)).toEqual(['gemma4/e4b/mixed on vllm:cuda/bfloat16'])
    }))

  it('is taken from the address, and a count toggles its token', () =>
    withPage(sample, { hash: '#q=e%3Amlx' }, async (page) => {
      expect(await page.locator('#search').inputValue()).toBe('e:mlx')
      expect(await namesOf(page)).toEqual([failed, 'gemma4/e2b/pruned on mlx-lm:gpu/bfloat16'])
      const button = page.getByRole('button', { name: '1 near-tie' })
      await button.click()
      expect(await page.locator('#search').inputValue()).toBe('e:mlx s:near-tie')
      expect(await button.getAttribute('aria-pressed')).toBe('true')
      expect(await namesOf(page)).toEqual(['gemma4/e2b/pruned on mlx-lm:gpu/bfloat16'])
      await button.click()
      expect(await namesOf(page)).toEqual([failed, 'gemma4/e2b/pruned on mlx-lm:gpu/bfloat16'])
    }))
})

describe('a verdict', () => {
  it('opens by a link, by its cell and by its heading', () =>
    withPage(sample, { hash: failedHash }, async (page) => {
      await page.locator('.inspector').waitFor()
      expect(await shownHead(page).locator('.name').allInnerTexts()).toEqual([failed])
      await shownHead(page).click()
      expect(await shownHead(page).count()).toBe(0)
      expect(new URL(page.url()).hash).toBe('')
      await page.locator('.matrix a', { hasText: 'near-tie' }).click()
      expect(await shownHead(page).locator('.name').allInnerTexts()).toEqual([
        'gemma4/e2b/pruned on mlx-lm:gpu/bfloat16',
      ])
      expect(new URL(page.url()).hash).toBe(
        `#v=${encodeURIComponent('gemma4/e2b/pruned on mlx-lm:gpu/bfloat16')}`,
      )
    }))

  it('shows the five highest logits of a step on hover and on focus', () =>
    withPage(sample, { hash: failedHash }, async (page) => {
      const steps = page.locator('.step')
      await steps.first().waitFor()
      expect(await steps.allTextContents()).toEqual([
        'step 0 reference ␣the engine ␣the',
        'step 1 reference ␣cat near-tie  engine ␣dog',
        'step 2 reference ␣sat fork  engine <script>document.title␣=␣"ran"</script>⟨U+202E⟩⟨U+200B⟩⟨U+001B⟩[31m',
        'step 3 reference x↵ engine x↵',
      ])
      expect(await caption(page).innerText()).toBe('Step 1, a near tie · gap 4.00e−4 · error 3.00e−5 · uncached 1.00e−5')
      await steps.nth(3).hover()
      expect(await caption(page).innerText()).toBe('Step 3 · gap 0.75 · error 0.03 · uncached 0.01')
      await page.locator('h1').hover()
      expect(await caption(page).innerText()).toBe('Step 1, a near tie · gap 4.00e−4 · error 3.00e−5 · uncached 1.00e−5')
      await steps.nth(1).focus()
      await page.keyboard.press('ArrowRight')
      expect(await caption(page).innerText()).toBe('Step 2, a fork · gap 1.25 · error 0.02 · uncached 0.00667')
      expect(await rowsOf(page.locator('.inspector table'))).toEqual([
        '1 ␣sat 6 12.5000 <script>document.title␣=␣"ran"</script>⟨U+202E⟩⟨U+200B⟩⟨U+001B⟩[31m 7 12.5000',
        '2 ␣ran 8 11.7500 ␣ran 8 11.7500',
        '3 ⟨empty⟩ 5 11.0000 ⟨empty⟩ 5 11.0000',
        '4 . 10 10.2500 . 10 10.2500',
        '5 #9 9.5000 #9 9.5000',
      ])
      await page.getByRole('radio', { name: 'calm' }).check()
      expect(await steps.count()).toBe(2)
    }))

  it('has a figure for layers, steps, logits and history, each with a sentence and its numbers', () =>
    withPage(sample, { hash: failedHash }, async (page) => {
      await page.locator('figure').first().waitFor()
      expect(await page.getByRole('img').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))).toEqual([
        'Error per layer. The error leaves the noise in layer 3 of 0–5: 4.00e−4 against a noise of 2.50e−6.',
        'Error per step. Largest at step 3: 0.03 through the cache, 0.01 without it.',
        'Logits. 60 sampled logits; the largest difference is 0.6, where the reference has −3.0000.',
        'Error over the spread, run by run. 4 earlier runs; 1 change of version.',
      ])
      const history = page.locator('figure').nth(3)
      await history.locator('summary').click()
      await history.locator('table').waitFor()
      expect(await rowsOf(history.locator('table'))).toEqual([
        '2026-11-20 03:00 UTC c0ffeec0ffee 0.31.1 pass 1.10 ×',
        '2026-11-21 03:00 UTC c0ffeec0ffee 0.31.1 pass 1.20 ×',
        '2026-11-22 03:00 UTC c0ffeec0ffee 0.31.1 pass 1.10 ×',
        '2026-11-23 03:00 UTC c0ffeec0ffee 0.31.2 fail 180 ×',
        'this run – 0.31.2 fail 212 ×',
      ])
    }))

  it('copies its command as it is, and says so', () => {
    const command = "npx parity run --case 'gemma4/e4b/pruned' --engine mlx-lm@0.31.2"
    return withPage(sample, { hash: failedHash }, async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.locator('.panel .copy').click()
      await page.locator('.panel .copied', { hasText: 'copied' }).waitFor()
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(command)
    })
  })

  it('copies where the clipboard is refused, too', () =>
    withPage(
      sample,
      {
        hash: failedHash,
        prepare: (context) =>
          context.addInitScript('Object.defineProperty(navigator, "clipboard", { value: undefined })'),
      },
      async (page) => {
        await page.locator('.panel .copy').click()
        await page.locator('.panel .copied', { hasText: 'copied' }).waitFor()
        await page.locator('#search').focus()
        await page.keyboard.press('Control+V')
        expect(await page.locator('#search').inputValue()).toBe(
          "npx parity run --case 'gemma4/e4b/pruned' --engine mlx-lm@0.31.2",
        )
      },
    ))
})

describe('hostile text', () => {
  it('is shown as text: nothing runs, nothing is made of it', async () => {
    const report = sampleReport()
    const everywhere = { ...report, command: `parity run ${hostileText}`, tool: { ...report.tool, version: hostileText } }
    const file = await writePage('hostile.html', everywhere)
    await withPage(file, {}, async (page) => {
      for (const place of [0, 1, 9]) await page.locator('h3 button').nth(place).click()
      await page.locator('.log').waitFor()
      expect(await page.locator('.log').innerText()).toBe(
        'Traceback\n  <script>document.title = "ran"</script>⟨U+202E⟩⟨U+200B⟩⟨U+001B⟩[31m\nKeyError: \'k_proj\'',
      )
      expect(await page.title()).toBe('4 of 10 verdicts bad – transformers-parity')
      // The client and its two blocks of data.
      expect(await page.locator('script').count()).toBe(3)
      // eslint-disable-next-line no-control-regex -- they are looked for
      expect(/[\u0000-\u0008\u000E-\u001F\u200B\u202E]/u.test(await page.locator('body').innerText())).toBe(false)
    })
  })
})

describe('the policy', () => {
  it('lets nothing be loaded or run, and the page asks for nothing', async () => {
    const requests: string[] = []
    const complaints: string[] = []
    await withPage(
      sample,
      {
        hash: failedHash,
        prepare: (_context, page) => {
          page.on('request', (request) => requests.push(request.url()))
          page.on('console', (message) => complaints.push(message.text()))
          page.on('pageerror', (error) => complaints.push(error.message))
          return Promise.resolve()
        },
      },
      async (page) => {
        await page.locator('figure').first().waitFor()
        expect(requests.map((url) => url.split(/[#,]/)[0].split('/').at(-1))).toEqual(['sample.html'])
        expect(complaints).toEqual([])
        const refused = await page.evaluate(`new Promise((resolve) => {
          const refused = []
          document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
            refused.push(effectiveDirective)
            if (refused.length === 4) resolve(refused.sort())
          })
          const script = document.createElement('script')
          try { script.textContent = 'document.title = "ran"' } catch {}
          const image = new Image()
          image.src = 'https://example.invalid/a.png'
          fetch('https://example.invalid/').catch(() => {})
          const style = document.createElement('style')
          style.textContent = 'h1 { display: none }'
          document.head.append(style)
        })`)
        expect(refused).toEqual(['connect-src', 'img-src', 'require-trusted-types-for', 'style-src-elem'])
      },
    )
  })
})

describe('accessibility', () => {
  const looks = [
    { name: 'light', colorScheme: 'light' },
    { name: 'dark', colorScheme: 'dark' },
    { name: 'on a phone', colorScheme: 'light', width: 390, height: 844 },
  ] as const

  it.each(looks)('has nothing to complain of, $name', async (look) => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    await withPage(sample, { ...look, hash: failedHash, bypassCSP: true }, async (page) => {
      await page.locator('h3 button').nth(1).click()
      await page.locator('.log').waitFor()
      await page.locator('figure summary').first().click()
      await page.evaluate(axe)
      const violations = await page.evaluate(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`,
      )
      expect(violations).toEqual([])
    })
  })

  it('does not scroll sideways on a phone', () =>
    withPage(sample, { width: 390, height: 844, hash: failedHash }, async (page) => {
      await page.locator('figure').first().waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
      // The matrix does so in its own box.
      expect(await page.evaluate(`(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.querySelector('.matrix'))`)).toBe(true)
    }))
})

describe('size', () => {
  it('is below 2 MB with all the evidence of 100 verdicts', async () => {
    const file = await writePage('hundred.html', makeReport(...manyVerdicts(100)))
    expect((await stat(file)).size).toBeLessThan(2e6)
  })

  it('opens and filters 1,000 verdicts in less than a second each', async () => {
    const file = await writePage('thousand.html', makeReport(...manyVerdicts(1000)))
    await withPage(file, {}, async (page) => {
      expect(await page.locator('.verdict').count()).toBe(1000)
      // Until the browser has painted the list, counted from the start of the navigation.
      const opened = await page.evaluate(`new Promise((resolve) => {
        new PerformanceObserver((list) => {
          for (const { name, startTime } of list.getEntries()) if (name === 'first-contentful-paint') resolve(startTime)
        }).observe({ type: 'paint', buffered: true })
      })`)
      expect(opened).toBeLessThan(1000)
      const filtered = await page.evaluate(`new Promise((resolve) => {
        const start = performance.now()
        const search = document.getElementById('search')
        search.value = 's:fail'
        search.dispatchEvent(new Event('input'))
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)))
      })`)
      expect(filtered).toBeLessThan(1000)
      expect(await page.locator('.verdict:visible').count()).toBe(33)
    })
  })
})
