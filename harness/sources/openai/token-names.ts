import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What servers call tokens, back to their ids. */
export interface TokenNames {
  /** The id; null where no token or more than one is called so. */
  readonly find: (name: string) => number | null
  /** How many tokens the model has; Infinity where its config does not say. */
  readonly vocabulary: number
}

/**
 * Reads the names of a checkpoint's tokens: `token_id:7` (vLLM), a token as the vocabulary spells it, and its text. A text
 * that several tokens have is none of them.
 */
export async function readTokenNames(folder: string): Promise<TokenNames> {
  const config = (await readJson(join(folder, 'config.json'))) as {
    vocab_size?: number
    text_config?: { vocab_size?: number }
  }
  const files = (await readJson(join(folder, 'tokenizer.json')).catch(() => ({}))) as {
    model?: { vocab?: Record<string, number> }
    added_tokens?: readonly { id: number; content: string }[]
  }
  const ids = new Map<string, Set<number>>()
  const add = (name: string, id: number) => ids.set(name, (ids.get(name) ?? new Set()).add(id))
  for (const [token, id] of Object.entries(files.model?.vocab ?? {})) {
    add(token, id)
    add(token.replaceAll('▁', ' '), id)
    const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1]
    if (byte === undefined) continue
    add(`bytes:\\x${byte.toLowerCase()}`, id)
    if (Number.parseInt(byte, 16) < 0x80) add(String.fromCharCode(Number.parseInt(byte, 16)), id)
  }
  for (const { id, content } of files.added_tokens ?? []) add(content, id)
  return {
    vocabulary: config.text_config?.vocab_size ?? config.vocab_size ?? Infinity,
    find(name) {
      const stated = /^token_id:(\d+)$/.exec(name)?.[1]
      if (stated !== undefined) return Number(stated)
      const [id, ...others] = ids.get(name) ?? []
      return others.length > 0 ? null : (id ?? null)
    },
  }
}

const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))
