/** What the page must never do, and how large and slow it may be, in Chromium. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { everyOutcome, hostileTexts } from '../../every-outcome.fixture.js'
import { makeReport } from '../../report.fixture.js'
import { manyVerdicts } from './many-verdicts.fixture.js'
import { failedHash, listenFor, withReport, writePage } from './with-report.fixture.js'

describe('hostile text', () => {
  it('is shown as text: nothing runs, nothing is made of it', async () => {
    const report = everyOutcome()
    const everywhere = {
      ...report,
      command: `parity run ${hostileTexts.script}${hostileTexts.turned}`,
      tool: { ...report.tool, version: hostileTexts.script },
    }
    const dialogs: string[] = []
    const prepare = (page: Page) => {
      page.on('dialog', (dialog) => dialogs.push(dialog.message()))
    }
    // High enough for all of it to be drawn: what is out of sight has no inner text.
    await withReport(everywhere, { prepare, height: 20_000 }, async (page) => {
      for (const place of [0, 1, 9]) await page.locator('h3 button').nth(place).click()
      await page.locator('.log').nth(1).waitFor()
      expect(await page.locator('.log').nth(1).innerText()).toBe(
        'Traceback (most recent call last)\n  ⟨U+001B⟩[31mred⟨U+001B⟩[0m⟨U+0007⟩ ```\n⟨U+202E⟩gnp.exe\nKeyError: k_proj',
      )
      expect(await page.locator('.page-header .command code').innerText()).toBe(
        'parity run <script>alert(1)</script>⟨U+202E⟩gnp.exe',
      )
      expect(dialogs).toEqual([])
      expect(await page.title()).toBe('4 of 10 verdicts bad – transformers-parity')
      // The client and its two blocks of data.
      expect(await page.locator('script').count()).toBe(3)
      const text = await page.locator('body').innerText()
      expect(text).toContain('gemma4/e2b/pruned on vllm:cuda/bfloat16')
      expect(/[\u0000-\u0008\u000E-\u001F\u200B\u202E]/u.test(text)).toBe(false)
    })
  })
})

describe('the policy', () => {
  it('lets nothing be loaded or run, and the page asks for nothing', async () => {
    const requests: string[] = []
    const complaints: string[] = []
    await withReport(
      everyOutcome(),
      {
        hash: failedHash,
        prepare: (page) => {
          page.on('request', (request) => requests.push(request.url()))
          listenFor(complaints, page)
        },
      },
      async (page) => {
        await page.locator('figure').first().waitFor()
        expect(requests.map((url) => url.split(/[#,]/)[0].split('/').at(-1))).toEqual(['report.html'])
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
    await withReport(everyOutcome(), { ...look, hash: failedHash, bypassCSP: true }, async (page) => {
      await page.locator('h3 button').nth(1).click()
      await page.locator('.log').nth(1).waitFor()
      await page.locator('figure summary').first().click()
      await page.evaluate(axe.source)
      const violations = await page.evaluate(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`,
      )
      expect(violations).toEqual([])
    })
  })

  it('does not scroll sideways on a phone', () =>
    withReport(everyOutcome(), { width: 390, height: 844, hash: failedHash }, async (page) => {
      await page.locator('figure').first().waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
      // The matrix does so in its own box.
      expect(
        await page.evaluate(
          `(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.querySelector('.matrix'))`,
        ),
      ).toBe(true)
    }))
})

describe('size', () => {
  it('is below 2 MB with all the evidence of 100 verdicts', async () => {
    expect(Buffer.byteLength(await writePage(makeReport(...manyVerdicts(100))))).toBeLessThan(2e6)
  })

  it('shows and filters 1,000 verdicts, and draws the evidence of none before it is opened', async () => {
    await withReport(makeReport(...manyVerdicts(1000)), {}, async (page) => {
      expect(await page.locator('.verdict').count()).toBe(1000)
      expect(await page.locator('figure, .log').count()).toBe(0)
      await page.locator('#search').fill('s:fail')
      expect(await page.locator('.verdict:visible').count()).toBe(33)
    })
  })
})
