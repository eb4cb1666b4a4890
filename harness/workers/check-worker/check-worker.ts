/** Whether a program speaks the worker protocol: docs/worker-protocol.md. */
import { readCheckpoint } from '../../checkpoint/checkpoint.js'
import { WorkerFault } from '../fault.js'
import type { WorkerCommand } from '../worker-process.js'
import { Examinee, Failed } from './examinee.js'
import { endChecks, startChecks } from './life-checks.js'
import { logprobChecks } from './logprob-checks.js'
import { lookChecks } from './look-checks.js'
import { partChecks } from './part-checks.js'
import { pointWidths } from './point-widths.js'
import type { ProtocolCheck } from './protocol-check.js'

export interface CheckResult {
  readonly name: string
  readonly outcome: 'ok' | 'failed' | 'not offered'
  /** One sentence. */
  readonly detail: string
}

export interface CheckOptions {
  readonly checkpoint: string
  /** Null: the first that the worker names. */
  readonly device: string | null
  readonly dtype: string | null
  /** How long the worker may be silent. */
  readonly silenceMs: number
}

export interface Examination {
  readonly checks: readonly CheckResult[]
  /** The last lines of the worker's stderr. */
  readonly log: string
}

const checks: readonly ProtocolCheck[] = [...startChecks, ...lookChecks, ...partChecks, ...logprobChecks, ...endChecks]

/**
 * Runs every check over a worker, one after the other. A worker that a check has killed is started again for the next
 * one. Where hello or open fails, the checks behind it are not run.
 *
 * @throws ParityError PARITY_CHECKPOINT for a checkpoint that cannot be used, WorkerFault for a program that cannot be
 * started
 */
export async function checkWorker(command: WorkerCommand, options: CheckOptions): Promise<Examination> {
  const { config, folder } = await readCheckpoint(options.checkpoint)
  const within = (tokens: readonly number[]) => tokens.map((token) => token % config.vocabSize)
  await using examinee = new Examinee(
    command,
    {
      folder,
      vocabulary: config.vocabSize,
      hidden: config.hiddenSize,
      layers: config.layers.length,
      points: pointWidths(config),
      prompts: [within([2, 195, 388, 72, 265]), within([2, 107])],
      generate: 4,
      device: options.device,
      dtype: options.dtype,
    },
    options.silenceMs,
  )
  const results: CheckResult[] = []
  for (const check of checks) {
    if (check.without?.some((capability) => examinee.hello.gives.includes(capability)) === true) continue
    const result = await runCheck(check, examinee)
    results.push(result)
    if (check.isGate === true && result.outcome === 'failed') break
  }
  return { checks: results, log: examinee.log }
}

async function runCheck(check: ProtocolCheck, examinee: Examinee): Promise<CheckResult> {
  const { name, needs = [], notOffered = 'there was nothing to check' } = check
  const absent = needs.filter((capability) => !examinee.hello.gives.includes(capability))
  if (absent.length > 0) return { name, outcome: 'not offered', detail: `its hello does not give ${absent.join(', ')}` }
  try {
    const detail = await check.run(examinee)
    return detail === null ? { name, outcome: 'not offered', detail: notOffered } : { name, outcome: 'ok', detail }
  } catch (error) {
    const isStarted = error instanceof WorkerFault && name !== 'hello'
    if (!(error instanceof Failed) && !isStarted) throw error
    return { name, outcome: 'failed', detail: error.message.trim() }
  }
}
