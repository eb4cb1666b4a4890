/** What people do with the page, in Chromium. */
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { everyOutcome } from '../../every-outcome.fixture.js'
import { makeReport, makeVerdict } from '../../report.fixture.js'
import { failed, failedHash, listenFor, withReport } from './with-report.fixture.js'

const namesOf = (page: Page): Promise<string[]> => page.locator('.verdict:visible .name').allTextContents()
const shownHead = (page: Page): Locator => page.locator('h3 button[aria-expanded=true]')
const caption = (page: Page): Locator => page.locator('.inspector caption')
const rowsOf = async (table: Locator): Promise<string[]> =>
  (await table.locator('tbody tr').allInnerTexts()).map((row) => row.replaceAll(/\s+/g, ' ').trim())

/** What the figures say to who does not see them. */
async function figuresOf(page: Page): Promise<(string | null)[]> {
  const figures = await page.getByRole('img').all()
  return Promise.all(figures.map((figure) => figure.getAttribute('aria-label')))
}

describe('the first screen', () => {
  it('counts, then shows the matrix, then failures first', () =>
    withReport(everyOutcome(), {}, async (page) => {
      expect(await page.title()).toBe('4 of 10 verdicts bad – transformers-parity')
      expect(await page.locator('h1').innerText()).toBe('4 of 10 verdicts are bad')
      expect(await page.locator('.count').allTextContents()).toEqual([
        '1 regressed',
        '1 fail',
        '2 error',
        '1 infrastructure',
        '2 fixed',
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
        'gemma4/e2b/pruned skipped , details pass 1.12 × , details near-tie drifted 3.91 × , details error infrastructure , details',
        'gemma4/e4b/mixed-fp16 fixed 1.12 × , details known 20 × , details',
        'gemma4/e4b/pruned fail regressed 212 × , details pass fixed 1.12 × , details error , details',
        'hostile/x↵| @octocat | #1 ``` | pass new 1.12 × , details',
      ])
      expect(await namesOf(page)).toEqual([
        failed,
        'gemma4/e4b/pruned on vllm:cuda/bfloat16',
        'gemma4/e2b/pruned on vllm:cuda/bfloat16',
        'gemma4/e4b/mixed-fp16 on onnxruntime:cpu/float32',
        'gemma4/e4b/pruned on onnxruntime:cpu/float32',
        'gemma4/e2b/pruned on onnxruntime:webgpu/float32',
        'gemma4/e4b/mixed-fp16 on onnxruntime:webgpu/float32',
        'gemma4/e2b/pruned on mlx-lm:metal/bfloat16',
        'gemma4/e2b/pruned on onnxruntime:cpu/float32',
        'hostile/x↵| @octocat | #1 ``` | on onnxruntime:cpu/float32',
      ])
    }))
})

describe('the search', () => {
  it('is reached by /, filters list, matrix and gone ones, and stands in the address', () =>
    withReport(everyOutcome(), {}, async (page) => {
      await page.keyboard.press('/')
      await page.keyboard.type('s:error')
      expect(await namesOf(page)).toEqual([
        'gemma4/e4b/pruned on vllm:cuda/bfloat16',
        'gemma4/e2b/pruned on vllm:cuda/bfloat16',
      ])
      expect(await page.locator('.found').innerText()).toBe('2 of 10 verdicts')
      expect(await page.locator('.matrix th:visible').allInnerTexts()).toEqual([
        'Case',
        'vllm:cuda/bfloat16',
        'gemma4/e2b/pruned',
        'gemma4/e4b/pruned',
      ])
      expect(await page.locator('.gone li:visible').count()).toBe(0)
      expect(new URL(page.url()).hash).toBe('#q=s%3Aerror')
      await page.keyboard.type(' m:e4b')
      expect(await namesOf(page)).toEqual(['gemma4/e4b/pruned on vllm:cuda/bfloat16'])
    }))

  it('is taken from the address, and a count toggles its token', () =>
    withReport(everyOutcome(), { hash: '#q=e%3Amlx' }, async (page) => {
      const both = [failed, 'gemma4/e2b/pruned on mlx-lm:metal/bfloat16']
      expect(await page.locator('#search').inputValue()).toBe('e:mlx')
      expect(await namesOf(page)).toEqual(both)
      const button = page.getByRole('button', { name: '1 fail' })
      await button.click()
      expect(await page.locator('#search').inputValue()).toBe('e:mlx s:fail')
      expect(await button.getAttribute('aria-pressed')).toBe('true')
      expect(await namesOf(page)).toEqual([failed])
      await button.click()
      expect(await namesOf(page)).toEqual(both)
    }))
})

describe('a verdict', () => {
  it('opens by a link, by its cell and by its heading', () =>
    withReport(everyOutcome(), { hash: failedHash }, async (page) => {
      await page.locator('.inspector').waitFor()
      expect(await shownHead(page).locator('.name').allInnerTexts()).toEqual([failed])
      await shownHead(page).click()
      expect(await shownHead(page).count()).toBe(0)
      expect(new URL(page.url()).hash).toBe('')
      await page.locator('.matrix a', { hasText: 'near-tie' }).click()
      const tied = 'gemma4/e2b/pruned on onnxruntime:webgpu/float32'
      expect(await shownHead(page).locator('.name').allInnerTexts()).toEqual([tied])
      expect(new URL(page.url()).hash).toBe(`#v=${encodeURIComponent(tied)}`)
    }))

  it('opens by a link though the search does not show it', () =>
    withReport(everyOutcome(), { hash: `#q=s%3Apass&${failedHash.slice(1)}` }, async (page) => {
      await page.locator('.inspector').waitFor()
      expect(await page.locator('#search').inputValue()).toBe('')
      expect(await shownHead(page).locator('.name').allInnerTexts()).toEqual([failed])
    }))

  it('shows the five highest logits of a step on hover and on focus', () =>
    withReport(everyOutcome(), { hash: failedHash }, async (page) => {
      const steps = page.locator('.step')
      await steps.first().waitFor()
      expect(await steps.allTextContents()).toEqual([
        'step 0 reference ␣the engine ␣the',
        'step 1 reference ␣cat near-tie  engine ␣dog',
        'step 2 reference ␣the fork  engine <script>alert(1)</script>',
        'step 3 reference ␣cat engine ␣cat',
      ])
      const first = 'Step 1, a near tie · gap 4.00e−4 · error 3.00e−5 · uncached 7.50e−6'
      expect(await caption(page).innerText()).toBe(first)
      await steps.nth(3).hover()
      expect(await caption(page).innerText()).toBe('Step 3 · gap 0.75 · error 0.03 · uncached 0.0075')
      await page.locator('.found').hover()
      expect(await caption(page).innerText()).toBe(first)
      await steps.nth(1).focus()
      await page.keyboard.press('ArrowRight')
      expect(await caption(page).innerText()).toBe('Step 2, a fork · gap 1.25 · error 0.02 · uncached 0.005')
      expect(await rowsOf(page.locator('.inspector table'))).toEqual([
        '1 ␣the 1 12.5000 <script>alert(1)</script> 4 12.5000',
        '2 ⟨U+202E⟩gnp.exe 5 11.7500 ⟨U+202E⟩gnp.exe 5 11.7500',
        '3 a⟨U+200B⟩b 6 11.0000 a⟨U+200B⟩b 6 11.0000',
        '4 x↵|␣@octocat␣|␣#1␣```␣| 7 10.2500 x↵|␣@octocat␣|␣#1␣```␣| 7 10.2500',
        '5 ⟨U+001B⟩[31mred⟨U+001B⟩[0m⟨U+0007⟩ 8 9.5000 ⟨empty⟩ 9 9.5000',
      ])
      await page.getByRole('radio', { name: 'calm' }).check()
      expect(await steps.count()).toBe(3)
    }))

  it('has a figure for layers, steps, logits and history, each with a sentence and its numbers', () =>
    withReport(everyOutcome(), { hash: failedHash }, async (page) => {
      await page.locator('figure').first().waitFor()
      expect(await figuresOf(page)).toEqual([
        'Error per layer. The error is first out of bounds in layer 2 of 0–3: 4.00e−4 against a noise of 2.00e−6.',
        'Error per step. Largest at step 3: 0.03 through the cache, 0.0075 without it.',
        'Logits. 12 sampled logits; the largest difference is 0.5, where the reference has −6.0000.',
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

  it('is drawn though its numbers are not finite, zero or missing', async () => {
    const step = { expected: 1, actual: 1, gap: NaN, topExpected: [], topActual: [], error: 0, uncachedError: null }
    const odd = makeVerdict({
      excess: Infinity,
      outcome: 'fail',
      limits: null,
      evidence: {
        unit: 'logits',
        prompts: [
          { prompt: 'odd', tokens: [], steps: [step, { ...step, error: NaN }, { ...step, error: 1e-5 }] },
          { prompt: 'empty', tokens: [], steps: [] },
        ],
        layers: { prompt: 'odd', error: [0, Infinity], noise: [0, 1e-6], firstBeyond: 1 },
        scatter: [
          [1, NaN],
          [2, 2],
        ],
        texts: {},
      },
    })
    const complaints: string[] = []
    const prepare = (page: Page) => {
      listenFor(complaints, page)
    }
    await withReport(makeReport(odd), { hash: '#v=mine/e4b on onnxruntime:cpu/float32', prepare }, async (page) => {
      await page.locator('figure').first().waitFor()
      expect(await figuresOf(page)).toEqual([
        'Error per layer. The error is first out of bounds in layer 1 of 0–1: ∞ against a noise of 1.00e−6.',
        'Error per step. Largest at step 1: NaN through the cache.',
        'Logits. 1 sampled logits; the largest difference is 0, where the reference has 2.0000. 1 are not finite and not drawn.',
      ])
      await page.getByRole('radio', { name: 'empty' }).check()
      expect(await page.locator('figure').count()).toBe(2)
      expect(complaints).toEqual([])
    })
  })

  it('copies its command as it is, and says so', () => {
    const command = "npx parity run --case 'gemma4/e4b/pruned' --engine mlx-lm@0.31.2"
    return withReport(everyOutcome(), { hash: failedHash }, async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.locator('.panel .copy').click()
      await page.locator('.panel .copied', { hasText: 'copied' }).waitFor()
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(command)
    })
  })

  it('copies where the clipboard is refused, too', () =>
    withReport(
      everyOutcome(),
      {
        hash: failedHash,
        prepare: async (page) => {
          await page.addInitScript('Object.defineProperty(navigator, "clipboard", { value: undefined })')
        },
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
