import { prefixes, type Prefix } from './gemma4-config.js'

/**
 * The prefix that most of the text model's tensors have; `usual` where none or as many have that one. transformers expects
 * `model.language_model.` of a multimodal model and `model.` of a text model, here either is read with either.
 */
export function findPrefix(names: Iterable<string>, usual: Prefix): Prefix {
  const counts = new Map<string, number>()
  for (const name of names) {
    const prefix = /^(.*?)(?:embed_tokens|layers|norm|embed_tokens_per_layer|per_layer_\w+)\./.exec(name)?.[1]
    if (prefix !== undefined) counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
  }
  const count = (prefix: Prefix) => counts.get(prefix) ?? 0
  return prefixes.reduce((best, prefix) => (count(prefix) > count(best) ? prefix : best), usual)
}
