import type { Verdict } from '../types.js'
import type { AcceptedVerdict, Baseline } from './baseline.js'
import type { Report } from './build.js'

/** What a verdict was reached with, from the most to the least specific to it. */
export const factKinds = [
  'checkpoint',
  'limits',
  'adapter',
  'engine',
  'reference',
  'tool',
  'node',
  'processor',
  'os',
] as const
export type FactKind = (typeof factKinds)[number]

/** A kind is left out where it is not known: nothing can be said of a change then. */
export type Facts = Readonly<Partial<Record<FactKind, string>>>

/** All that a report says of what a verdict was reached with. */
export function factsOf(verdict: Verdict, { tool, platform }: Report): Facts {
  const { checkpoint, limits } = verdict
  return {
    ...factsOfAccepted(verdict.engine, verdict, { tool: tool.version }),
    ...(checkpoint === null ? {} : { checkpoint: describeFiles(checkpoint) }),
    ...(limits === null ? {} : { limits: `${limits.rmsExcess} × and ${limits.maxExcess} ×` }),
    node: `Node ${platform.node}`,
    processor: platform.processor,
    os: `${platform.os} ${platform.arch}`,
  }
}

/** The same of what a baseline keeps. */
export function factsOfAccepted(
  engine: string,
  { engineVersion, reference, adapter }: Omit<AcceptedVerdict, 'outcome' | 'excess'>,
  { tool }: Pick<Baseline, 'tool'>,
): Facts {
  return {
    ...(adapter === null ? {} : { adapter }),
    ...(engineVersion === null ? {} : { engine: `${engine.replace(/[@:/].*/, '')} ${engineVersion}` }),
    reference,
    tool: `transformers-parity ${tool}`,
  }
}

/** `config.json 0123456789ab, model.safetensors …`, with the beginning of each hash. */
const describeFiles = ({ config, weights }: NonNullable<Verdict['checkpoint']>) =>
  Object.entries({ 'config.json': config, ...weights })
    .map(([file, hash]) => `${file} ${hash.slice(0, 12)}`)
    .join(', ')
