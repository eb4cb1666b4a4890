import { join, resolve } from 'node:path'
import { packageRoot } from '../package-root.js'
import { printable } from '../prompt/printable.js'
import { checkWorker, type CheckResult, type Examination } from '../workers/check-worker/check-worker.js'
import { parseTimeouts } from './parse.js'
import { refuseFault } from './refuse-fault.js'
import { locateForCommand } from './with-fetch-line.js'

interface CheckWorkerOptions {
  readonly checkpoint?: string
  readonly device?: string
  readonly dtype?: string
  readonly timeout: string
  readonly json?: true
}

const demo = join(packageRoot, 'cases/checkpoints/gemma-4-e2b-tiny')

/** `parity check-worker` */
export async function checkWorkerCommand([file, ...args]: readonly string[], given: object): Promise<void> {
  const options = given as CheckWorkerOptions
  const isJson = options.json === true
  const { observeMs } = parseTimeouts(options.timeout)
  const checkpoint = options.checkpoint === undefined ? demo : await locateForCommand(options.checkpoint, isJson)
  const { device = null, dtype = null } = options
  const examination = await refuseFault(() =>
    checkWorker({ file, args }, { checkpoint: resolve(checkpoint), device, dtype, silenceMs: observeMs }),
  )
  const isOk = examination.checks.every(({ outcome }) => outcome !== 'failed')
  process.stdout.write(
    isJson
      ? `${JSON.stringify({ ok: isOk, command: [file, ...args], checks: examination.checks })}\n`
      : formatText(examination, isOk),
  )
  if (!isOk) process.exitCode = 1
}

function formatText({ checks, log }: Examination, isOk: boolean): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const lines = checks.map(
    ({ name, outcome, detail }) => `  ${outcome.padEnd(11)}  ${name.padEnd(width)}  ${printable(detail)}`,
  )
  const count = (wanted: CheckResult['outcome']) => checks.filter(({ outcome }) => outcome === wanted).length
  const said = log.trim().split('\n').slice(-5).map(printable)
  return [
    ...lines,
    `${count('ok')} ok, ${count('failed')} failed, ${count('not offered')} not offered`,
    ...(isOk || said[0] === '' ? [] : ['the worker’s last words:', ...said]),
    '',
  ].join('\n')
}
