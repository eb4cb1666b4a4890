import { create, type XMLElement } from 'xmlbuilder'
import type { Verdict } from '../../types.js'
import type { Report } from '../build.js'
import type { MakeReporter } from '../reporter.js'
import { describePlace, isUnjudged, nameOutcome } from './describe-verdict.js'
import { showText, showLine, showLog } from './show-text.js'

/** `junit.xml` */
export const makeReporter: MakeReporter = () => ({
  name: 'junit',
  onEnd: (report) => [{ path: 'junit.xml', content: formatJunit(report) }],
})

/**
 * A suite an engine, a test a case, in the form that both Ant's schema and the one of Jenkins' xUnit plugin take. Known
 * divergences count as skipped, since the form has no expected failure.
 */
export function formatJunit(report: Report): string {
  const root = create('testsuites', { version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\uFFFD' })
  const engines = [...new Set(report.verdicts.map(({ engine }) => engine))]
  engines.forEach((engine, id) => {
    addSuite(root, report, id, engine)
  })
  return `${root.end({ pretty: true })}\n`
}

function addSuite(root: XMLElement, report: Report, id: number, engine: string): void {
  const verdicts = report.verdicts.filter((verdict) => verdict.engine === engine)
  const results = verdicts.map(resultOf)
  const count = (result: Result) => results.filter((one) => one === result).length
  const suite = root.element('testsuite', {
    name: showLine(engine),
    package: 'parity',
    id,
    // The schema takes no time zone; it is UTC.
    timestamp: report.startedAt.slice(0, 19),
    hostname: 'localhost',
    tests: verdicts.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: formatTime(verdicts.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0)),
  })
  const properties = suite.element('properties')
  for (const [name, value] of listProperties(report, verdicts)) properties.element('property', { name, value })
  for (const verdict of verdicts) addTest(suite, verdict)
  suite.element('system-out').text(verdicts.map(describeTest).join('\n'))
  suite.element('system-err')
}

type Result = 'failure' | 'error' | 'skipped' | 'passed'

function resultOf({ outcome, change }: Verdict): Result {
  if (outcome === 'error') return 'error'
  if (outcome === 'fail' || outcome === 'fixed' || change === 'regressed') return 'failure'
  return outcome === 'skipped' || outcome === 'known' ? 'skipped' : 'passed'
}

function addTest(suite: XMLElement, verdict: Verdict): void {
  const test = suite.element('testcase', {
    name: showLine(verdict.caseId),
    classname: showLine(verdict.engine),
    time: formatTime(verdict.elapsedMs),
  })
  const result = resultOf(verdict)
  if (result === 'passed') return
  const message = showLine(verdict.reason)
  const type = nameOutcome(verdict)
  if (result === 'skipped') test.element('skipped', { message: `${type}: ${message}` })
  else test.element(result, { message, type }).text(describeFailure(verdict))
}

function describeFailure(verdict: Verdict): string {
  const { reason, hint, reproduce } = verdict
  const place = describePlace(verdict)
  return [
    showLine(reason),
    ...(isUnjudged(verdict) ? ['The machine failed: this says nothing about the engine.'] : []),
    ...(place === null ? [] : [`first out of bounds: ${showLine(place)}`]),
    ...(hint === undefined ? [] : [`hint: ${showLine(hint)}`]),
    `reproduce: ${showText(reproduce)}`,
    ...showLog(verdict, 20),
  ].join('\n')
}

const describeTest = (verdict: Verdict) =>
  `${nameOutcome(verdict)} ${showLine(verdict.caseId)}: ${showLine(verdict.reason)}\n  reproduce: ${showText(verdict.reproduce)}`

/** What the verdicts of an engine stand on. */
function listProperties({ tool, command }: Report, verdicts: readonly Verdict[]): [name: string, value: string][] {
  const list = (name: string, values: readonly (string | null)[]): [string, string][] =>
    [...new Set(values)].flatMap((value) => (value === null ? [] : [[name, showLine(value)]]))
  return [
    ...list('transformers-parity', [tool.version]),
    ...list('command', [command]),
    ...list(
      'reference',
      verdicts.map(({ reference }) => reference),
    ),
    ...list(
      'engine version',
      verdicts.map(({ engineVersion }) => engineVersion),
    ),
    ...list(
      'adapter',
      verdicts.map(({ adapter }) => adapter),
    ),
  ]
}

/** Seconds. */
const formatTime = (milliseconds: number) => (milliseconds / 1000).toFixed(3)
