import { defaultLimits } from '../compare/limits.js'
import { ParityError } from '../errors.js'
import { compareOutput, type EngineOutput } from './compare-output.js'
import type { CaseReference } from './load-reference.js'

/** The matcher of the same name. */
export function toMatchReference(received: EngineOutput, reference: CaseReference) {
  if (typeof reference !== 'object' || !('truth' in reference))
    throw new ParityError(
      'PARITY_USAGE',
      'toMatchReference takes what loadReference gives',
      "expect(output).toMatchReference(await loadReference('CASE'))",
    )
  const { passed, reason, notCompared } = compareOutput(received, reference)
  const { name, spread } = reference
  const lines = [
    `${reference.caseId}: ${reason}`,
    `Reference: ${name}. Its own error in ${spread.dtype}: ${spread.rms.toExponential(1)} root-mean-square, ${spread.max.toExponential(1)} at most; the limits are ${defaultLimits.rmsExcess} × and ${defaultLimits.maxExcess} × that.`,
    ...(notCompared.length === 0 ? [] : [`Not compared: ${notCompared.join(', ')}.`]),
  ]
  return { pass: passed, message: () => lines.join('\n') }
}
