import Table from 'cli-table3'
import { readCheckpoint, type Checkpoint } from '../checkpoint/checkpoint.js'
import { locateForCommand } from './with-fetch-line.js'

/** `parity inspect` */
export async function inspectCommand(folder: string, given: object): Promise<void> {
  const isJson = 'json' in given
  const checkpoint = await readCheckpoint(await locateForCommand(folder, isJson))
  process.stdout.write(isJson ? `${JSON.stringify(inspect(checkpoint))}\n` : formatText(checkpoint))
  if (!checkpoint.layout.ok) process.exitCode = 3
}

/** The document of `inspect --json`. */
function inspect({ config, layout }: Checkpoint) {
  return {
    ok: layout.ok,
    architecture: config.architecture,
    layers: config.layers.length,
    kvSharing: layout.kvSharing,
    layout: layout.kind,
    missing: layout.missing,
    unexpected: layout.unexpected,
    shapeMismatch: layout.shapeMismatch,
    unused: layout.unused,
  }
}

function formatText({ folder, config, layout, tensors }: Checkpoint): string {
  const table = new Table({
    head: ['layer', 'attention', 'head size', 'K/V heads', 'K/V from'],
    style: { head: [], border: [], compact: true },
  })
  for (const { index, type, headDim, kvHeads, donor } of config.layers) {
    table.push([index, type, headDim, kvHeads, donor === null ? 'its own' : `layer ${donor}`])
  }
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`${title} (${lines.length}):`, ...lines.map((line) => `  ${line}`)]
  return [
    folder,
    `${config.architecture}, ${config.layers.length} layers, ${tensors.size} tensors, layout: ${layout.kind}`,
    table.toString(),
    ...list('missing', layout.missing),
    ...list('unexpected', layout.unexpected),
    ...list(
      'wrong shape',
      layout.shapeMismatch.map(
        ({ name, expected, actual }) => `${name}: [${actual.join(', ')}] instead of [${expected.join(', ')}]`,
      ),
    ),
    ...list('accepted and unused', layout.unused),
    layout.ok ? 'ok: every tensor that the architecture needs is there' : 'not ok',
    '',
  ].join('\n')
}
