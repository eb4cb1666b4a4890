import { join } from 'node:path'
import { readCheckpoint } from '../../checkpoint/checkpoint.js'
import { readJson } from '../../checkpoint/json-file.js'
import type { Layout } from '../../checkpoint/layout.js'

/**
 * What a checkpoint has to do with an engine's refusal to load it, where how it is written explains the engine's words:
 * layers that share keys and values, with or without tensors of their own, or sizes that stand where the engine does not
 * read them.
 */
export async function explainRefusal(folder: string, message: string): Promise<string | undefined> {
  const { layout } = await readCheckpoint(folder)
  return explainLayout(layout, message) ?? (await explainSizes(join(folder, 'config.json'), message))
}

/** Why an engine found other tensors than it looked for. */
function explainLayout({ kind, kvSharing }: Layout, message: string): string | undefined {
  if (kvSharing.length === 0 || !/\b[kv]_(?:proj|norm)\b/.test(message)) return undefined
  const donors = [...new Set(kvSharing.map(({ donor }) => donor))].sort((left, right) => left - right)
  const sharing = `${listLayers(kvSharing.map(({ layer }) => layer))} share the keys and values of ${listLayers(donors)}`
  if (/\bmissing\b/i.test(message) && kind !== 'redundant') return `${sharing}, and transformers does not save them`
  if (/\bnot in model\b/i.test(message) && kind !== 'pruned')
    return `${sharing}; tensors of their own, as this checkpoint holds, are left over, and transformers ignores them`
  return undefined
}

/** Why an engine takes layers, or the embedding, for larger or smaller than they are. */
async function explainSizes(config: string, message: string): Promise<string | undefined> {
  if (!/\bexpected shape\b|\bwrong shape\b/i.test(message)) return undefined
  const { text_config: text, ...own } = (await readJson(config, config)) as Record<string, object | undefined>
  const fields = { ...own, ...text }
  if (/\bembed_tokens\b/.test(message))
    return text === undefined || !('vocab_size' in text) || 'vocab_size' in own
      ? undefined
      : `config.json tells the size of the vocabulary, ${String(text.vocab_size)}, in text_config, and this engine reads it beside that; relayout with --prefix model. writes the config of the text alone`
  if (!/\b(?:layers|blk)\.\d+\./.test(message)) return undefined
  if (!('per_layer_config' in fields) || 'global_head_dim' in fields) return undefined
  return 'config.json tells the sizes of single layers in per_layer_config, as new transformers write it, and this engine knows the old global_head_dim; relayout with --config old writes that'
}

/** `layer 3`, `layers 2 and 3`, `layers 4–7` */
function listLayers(layers: readonly number[]): string {
  const [first, last] = [layers[0], layers[layers.length - 1]]
  if (layers.length === 1) return `layer ${first}`
  if (layers.length > 2 && last - first === layers.length - 1) return `layers ${first}–${last}`
  return `layers ${layers.slice(0, -1).join(', ')} and ${last}`
}
