import type { Limits } from '../../../../types.js'
import { formatBytes, formatDuration, formatFactor, formatNumber } from '../format-numbers.js'
import type { VerdictDetail } from '../page-data.js'
import { element, foreign } from './element.js'

/** What the verdict stands on. */
export function makeProvenance(verdict: VerdictDetail['verdict']): HTMLElement[] {
  const { engine, engineVersion, adapter, software, reference, limits, spread, excess, tokens, checkpoint } = verdict
  const facts: [string, string | null][] = [
    ['Engine', engineVersion === null ? engine : `${engine}, version ${engineVersion}`],
    ['Adapter', adapter === null ? null : `${adapter}${software ? ' (a GPU made of software)' : ''}`],
    ['Reference', reference],
    ['Error', excess === null ? null : `${formatFactor(excess)} the spread (root-mean-square)`],
    ['Limits', limits === null ? null : formatLimits(limits)],
    [
      'Spread',
      spread === null
        ? null
        : `rms ${formatNumber(spread.rms)}, largest ${formatNumber(spread.max)} (${spread.dtype}, ${spread.origin})`,
    ],
    [
      'Tokens',
      tokens === null
        ? null
        : `${tokens.equal} equal, ${tokens.nearTie} tied, ${tokens.diverged} diverged, of ${tokens.total}`,
    ],
    ['Time', formatDuration(verdict.elapsedMs)],
    ['Peak memory', verdict.peakBytes === null ? null : formatBytes(verdict.peakBytes)],
    ['config.json', checkpoint?.config ?? null],
    ...Object.entries(checkpoint?.weights ?? {}),
  ]
  return [
    element('h4', {}, 'Provenance'),
    element(
      'dl',
      { class: 'provenance' },
      ...facts.flatMap(([name, value]) =>
        value === null ? [] : [element('div', {}, element('dt', {}, foreign(name)), element('dd', {}, foreign(value)))],
      ),
    ),
  ]
}

export const formatLimits = ({ rmsExcess, maxExcess }: Limits): string =>
  `rms ${formatFactor(rmsExcess)}, largest ${formatFactor(maxExcess)}`
