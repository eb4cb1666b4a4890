import { expect, it } from 'vitest'
import { everyOutcome } from '../every-outcome.fixture.js'
import { buildPage } from './html/build-page.js'
import { indexVerdicts } from './html/index-verdicts.js'
import { makeReport, makeVerdict } from '../report.fixture.js'

const client = { script: 'void 0', style: 'p{}' }

it('allows its own script and style by their hashes, and nothing else', () => {
  const [policy] = /(?<=content=")default-src[^"]*/.exec(buildPage(everyOutcome(), [], client)) ?? []
  expect(policy?.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'sha256-yyjq/GGlTvm0YhdkNx72uPxcwaIXqWZBYZftmpA6pYU='",
    "style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ])
})

it('cannot be ended by what it holds', () => {
  const page = buildPage(makeReport(makeVerdict({ reason: '</script><script>alert(1)</script><!--' })), [], client)
  expect(page.match(/<\/?script[^>]*>/g)).toEqual([
    '<script type="application/json" id="index">',
    '</script>',
    '<script type="application/json" id="details">',
    '</script>',
    '<script>',
    '</script>',
  ])
})

it('says in its title how it went', () => {
  const titleOf = (page: string) => /(?<=<title>).*(?=<\/title>)/.exec(page)?.[0]
  expect(titleOf(buildPage(everyOutcome(), [], client))).toBe('4 of 10 verdicts bad – transformers-parity')
  expect(titleOf(buildPage(makeReport(makeVerdict()), [], client))).toBe('None of 1 verdict bad – transformers-parity')
})

it('tells versions of an engine apart', () => {
  const report = makeReport(
    makeVerdict(),
    makeVerdict({ engineVersion: '1.31.0' }),
    makeVerdict({ engineVersion: '1.31.0' }),
  )
  expect(indexVerdicts(report, []).index.verdicts.map(({ id }) => id)).toEqual([
    'mine/e4b on onnxruntime:cpu/float32',
    'mine/e4b on onnxruntime:cpu/float32@1.31.0',
    'mine/e4b on onnxruntime:cpu/float32@1.31.0#2',
  ])
})
