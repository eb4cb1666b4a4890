import { join } from 'node:path'
import { z } from 'zod'
import { unusable } from '../checkpoint/unusable.js'
import type { TokenizerFiles } from './tokenizer-files.js'

const named = z.array(z.looseObject({ name: z.string(), template: z.string() }))
const stated = z.union([
  z.string(),
  named.transform((list) => Object.fromEntries(list.map(({ name, template }) => [name, template]))),
  z.record(z.string(), z.string()),
])

/**
 * The chat template of a checkpoint, where transformers looks for it: chat_template.jinja, then tokenizer_config.json
 * (of several templates the one named `default`), then chat_template.json, which only processors read.
 *
 * @throws ParityError PARITY_CHECKPOINT where there is none
 */
export function findChatTemplate(files: TokenizerFiles, folder: string): string {
  if (files.jinja !== undefined) return files.jinja
  const field = files.config.chat_template ?? files.processorTemplate
  const hint = 'Write the prompt as text or as token ids; base models have no chat template.'
  if (field === undefined) throw unusable(folder, 'has no chat template, which a chat needs', hint)
  const parsed = stated.safeParse(field)
  const template = typeof parsed.data === 'object' ? parsed.data.default : parsed.data
  if (template !== undefined) return template
  const what = 'chat_template is neither a template nor a list of templates with one named default'
  throw unusable(join(folder, 'tokenizer_config.json'), what, hint)
}
