import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { ParityError } from '../errors.js'
import { checkTokens } from '../prompt/check-tokens.js'
import { findSource } from '../sources/index.js'
import { formatSourceId, parseSourceId } from '../source-id.js'
import { logSumExp, topIndices } from '../trace/logits.js'
import { rowOf } from '../trace/matrix.js'
import type { ResolvedSource, Trace } from '../types.js'
import { spellNonFinite } from '../spell-non-finite.js'
import { availableParallelism } from 'node:os'
import { parseCount, parseTimeouts, parseTokens } from './parse.js'
import { refuseFault } from './refuse-fault.js'

interface ProbeOptions {
  readonly checkpoint: string
  readonly tokens: string
  readonly generate: string
  readonly timeout: string
  readonly json?: true
}

interface TopToken {
  readonly id: number
  readonly logit: number
  readonly logprob: number
}

/** `parity probe` */
export async function probeCommand(text: string, given: object): Promise<void> {
  const options = given as ProbeOptions
  const id = parseSourceId(text)
  const source = findSource(id)
  const prompt = parseTokens(options.tokens)
  const generate = parseCount('--generate', options.generate)
  const timeouts = parseTimeouts(options.timeout)
  checkTokens((await openCheckpoint(options.checkpoint)).config, [{ id: '--tokens', tokens: prompt }])
  const available = await source.check(id)
  if (!available.ok) throw new ParityError('PARITY_SOURCE', `${text} cannot run here: ${available.why}`, available.fix)

  const request = {
    id: { ...id, device: id.device ?? available.device },
    checkpoint: options.checkpoint,
    threads: availableParallelism(),
    options: {},
    timeouts,
  }
  const { signal } = new AbortController()
  const { resolved, trace } = await refuseFault(async () => {
    await using session = await source.open(request, signal)
    const observation = {
      prompts: [prompt],
      generate,
      continuation: null,
      cache: true,
      chunk: null,
      logits: 'last',
      topK: null,
      layers: false,
    } as const
    return { resolved: session.source, trace: await session.observe(observation, signal) }
  })
  const topK = topTokens(trace)
  process.stdout.write(
    options.json === true ? formatDocument(resolved, prompt, topK, trace) : formatText(resolved, topK, trace),
  )
}

/** The five highest logits at the last prompt position. */
function topTokens(trace: Trace): TopToken[] {
  const logits = trace.tensor('0.logits')
  if (logits === undefined) throw new Error('the source gave no logits')
  const row = rowOf(logits, logits.rows - 1)
  const total = logSumExp(row)
  return topIndices(row, 5).map((id) => ({ id, logit: row[id], logprob: row[id] - total }))
}

function formatDocument(
  resolved: ResolvedSource,
  prompt: readonly number[],
  topK: readonly TopToken[],
  trace: Trace,
): string {
  const { name, version, device, dtype } = resolved
  const source = { id: formatSourceId({ name, device, dtype }), version, device, dtype }
  return `${JSON.stringify({ source, prompt, topK, generated: trace.generated[0], elapsedMs: trace.elapsedMs }, spellNonFinite)}\n`
}

function formatText(resolved: ResolvedSource, topK: readonly TopToken[], trace: Trace): string {
  const { name, version, device, dtype, adapter, software } = resolved
  const on = adapter === null ? '' : ` on ${adapter}${software ? ' (a software adapter)' : ''}`
  return [
    `${formatSourceId({ name, version, device, dtype })}${on}`,
    ...topK.map(
      ({ id, logit, logprob }) => `  token ${id}: logit ${logit.toFixed(6)}, log-probability ${logprob.toFixed(6)}`,
    ),
    `generated: ${trace.generated[0].join(',')}`,
    `time: ${(trace.elapsedMs / 1000).toFixed(2)} s`,
    '',
  ].join('\n')
}
