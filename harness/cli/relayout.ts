import { constants } from 'node:os'
import { createLogUpdate } from 'log-update'
import { relayout, type RelayoutSummary } from '../checkpoint/relayout/relayout.js'
import type { Relayout } from '../types.js'
import { locateForCommand } from './with-fetch-line.js'

type RelayoutFlags = Relayout & { readonly dropTowers?: true; readonly json?: true }

/** `parity relayout` */
export async function relayoutCommand(source: string, destination: string, given: object): Promise<void> {
  const { json, dropTowers, ...wanted } = given as RelayoutFlags
  const interruption = new AbortController()
  const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const
  const interrupt = (signal: NodeJS.Signals) => {
    interruption.abort()
    process.exitCode = 128 + constants.signals[signal]
  }
  for (const signal of signals) process.once(signal, interrupt)

  const line = process.stderr.isTTY && json !== true ? createLogUpdate(process.stderr) : null
  try {
    const options = { dropTowers: dropTowers === true, signal: interruption.signal }
    const progress = (done: number, total: number) => line?.(`${formatBytes(done)} of ${formatBytes(total)} written`)
    const folder = await locateForCommand(source, json === true)
    const summary = await relayout(folder, destination, wanted, progress, options)
    line?.clear()
    process.stdout.write(json === true ? `${JSON.stringify(summary)}\n` : formatText(summary))
  } catch (error) {
    line?.clear()
    if (!interruption.signal.aborted) throw error
    process.stderr.write('interrupted; nothing was written\n')
  } finally {
    for (const signal of signals) process.removeListener(signal, interrupt)
  }
}

function formatText({ destination, layout, dtype, files, tensors, notes }: RelayoutSummary): string {
  const change = ({ from, to }: { from: string; to: string }) => (from === to ? to : `${from} → ${to}`)
  const { kept, added, dropped, converted } = tensors
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return [
    destination,
    `layout ${change(layout)}, ${change(dtype)}`,
    `tensors: ${kept} kept, ${added} added, ${dropped} dropped, ${converted} converted`,
    `files: ${files.length}, ${formatBytes(bytes)}`,
    ...notes,
    'ok: opened again, and it is what was asked for',
    '',
  ].join('\n')
}

/** Decimal units, as those of `--shards`. */
function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 4)
  const amount = bytes / 1000 ** power
  return `${power === 0 ? amount : amount.toFixed(1)} ${['bytes', 'KB', 'MB', 'GB', 'TB'][power]}`
}
