import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { everyOutcome } from '../every-outcome.fixture.js'
import { makeReport, makeVerdict } from '../report.fixture.js'
import { formatJunit } from './junit.js'

const schemas = ['junit-xunit.xsd', 'junit-ant.xsd']

/** What a schema finds wrong with a document. */
async function findErrors(xml: string, schema: string): Promise<string[]> {
  const content = await readFile(new URL(`fixtures/${schema}`, import.meta.url), 'utf8')
  const { errors } = await validateXML({ xml, schema: content })
  return errors.map(({ message }) => message)
}

describe('formatJunit', () => {
  it('writes a suite an engine and a test a case', async () => {
    await expect(formatJunit(everyOutcome())).toMatchFileSnapshot('fixtures/junit.xml')
  })

  it.each(schemas)('is valid by %s', async (schema) => {
    expect(await findErrors(formatJunit(everyOutcome()), schema)).toEqual([])
    expect(await findErrors(formatJunit(makeReport()), schema)).toEqual([])
  })

  it.each(schemas)(
    'is refused by %s if the number of tests, a name or a closing tag is planted away',
    async (schema) => {
      const right = formatJunit(everyOutcome())
      for (const wrong of [
        right.replace(' tests="2"', ''),
        right.replace('<testcase name=', '<testcase title='),
        right.replace('<system-err/>', '<system-error/>'),
        right.replace('</failure>', ''),
      ])
        expect(await findErrors(wrong, schema)).not.toEqual([])
    },
  )

  it('takes any text: what XML cannot hold is replaced', async () => {
    const hostile = '\u0000\u001B[31m\uFFFE\uD800]]><x a="1">&amp;\n\u202E'
    const verdict = makeVerdict({
      caseId: `mine/${hostile}`,
      engine: hostile,
      engineVersion: hostile,
      adapter: hostile,
      reference: hostile,
      outcome: 'error',
      fault: 'engine',
      reason: hostile,
      hint: hostile,
      reproduce: hostile,
      log: hostile,
    })
    const xml = formatJunit({ ...makeReport(verdict), command: hostile })
    for (const schema of schemas) expect(await findErrors(xml, schema)).toEqual([])
    expect(/<error [^]*<\/error>/.exec(xml)?.[0]).toMatchInlineSnapshot(`
      "<error message="⟨U+0000⟩⟨U+001B⟩[31m�⟨U+D800⟩]]>&lt;x a=&quot;1&quot;>&amp;amp; ⟨U+202E⟩" type="error">⟨U+0000⟩⟨U+001B⟩[31m�⟨U+D800⟩]]&gt;&lt;x a="1"&gt;&amp;amp; ⟨U+202E⟩
      hint: ⟨U+0000⟩⟨U+001B⟩[31m�⟨U+D800⟩]]&gt;&lt;x a="1"&gt;&amp;amp; ⟨U+202E⟩
      reproduce: ⟨U+0000⟩⟨U+001B⟩[31m�⟨U+D800⟩]]&gt;&lt;x a="1"&gt;&amp;amp;↵⟨U+202E⟩
      ⟨U+0000⟩⟨U+001B⟩[31m�⟨U+D800⟩]]&gt;&lt;x a="1"&gt;&amp;amp;
      ⟨U+202E⟩</error>"
    `)
  })

  it('counts what regressed as a failure', () => {
    const xml = formatJunit(makeReport(makeVerdict({ outcome: 'fail', change: 'regressed', reason: 'logits differ' })))
    expect(xml.match(/<failure [^>]*>/g)).toEqual(['<failure message="logits differ" type="fail (regressed)">'])
    expect(xml.match(/ failures="\d+"/g)).toEqual([' failures="1"'])
  })
})
