import { join } from 'node:path'
import { readJson } from '../../checkpoint/json-file.js'

/**
 * What a checkpoint has to do with vLLM's refusal to load it: text alone, under the name of the multimodal architecture,
 * whose other parts vLLM wants to know even where it shall not load them.
 */
export async function explainRefusal(folder: string, message: string): Promise<string | undefined> {
  if (!message.includes("'NoneType' object has no attribute 'hidden_size'")) return undefined
  const config = join(folder, 'config.json')
  const { architectures, vision_config: vision } = (await readJson(config, config)) as {
    architectures?: readonly string[]
    vision_config?: object | null
  }
  if (architectures?.[0] !== 'Gemma4ForConditionalGeneration' || (vision ?? null) !== null) return undefined
  return `config.json names the architecture ${architectures[0]} and has no vision_config, which this engine reads; relayout with --prefix model. writes the architecture of the text alone`
}
