import { expect, it } from 'vitest'
import { rewritten } from '../../checkpoint/relayout/relayout.fixture.js'
import { committed } from '../../cli/parity.fixture.js'
import { explainRefusal } from './explain-refusal.js'

const missing = 'ValueError: Missing 12 parameters: model.layers.4.self_attn.k_proj.weight'
const received = 'ValueError: Received 12 parameters not in model: model.layers.4.self_attn.k_proj.weight'
const shape = 'ValueError: Expected shape (2048, 96) but received shape (256, 96) for parameter model.layers.3.x.weight'
const sharing = 'layers 4–7 share the keys and values of layers 2 and 3'
const sizes =
  'config.json tells the sizes of single layers in per_layer_config, as new transformers write it, and this engine knows the old global_head_dim; relayout with --config old writes that'

it.each([
  ['gemma-4-e2b-tiny', missing, `${sharing}, and transformers does not save them`],
  ['gemma-4-e2b-tiny', received, undefined],
  ['gemma-4-e2b-tiny', missing.replace('self_attn.k_proj', 'mlp.up_proj'), undefined],
  ['gemma-4-e2b-tiny', shape, sizes],
  ['gemma-4-e2b-tiny', shape.replace('layers.3.x', 'embed_tokens'), undefined],
  ['gemma-4-e2b-tiny-redundant', missing, undefined],
  [
    'gemma-4-e2b-tiny-redundant',
    received,
    `${sharing}; tensors of their own, as this checkpoint holds, are left over, and transformers ignores them`,
  ],
  ['gemma-4-e2b-fine-tuned-5.5', shape, undefined],
  ['gemma-4-31b-tiny', missing, undefined],
])('%s: %s', async (name, message, hint) => {
  expect(await explainRefusal(committed(name), message)).toBe(hint)
})

it('tells a vocabulary whose size stands in the text’s config from layers', async () => {
  const folder = await rewritten(committed('gemma-4-31b-tiny'), { prefix: 'model.language_model.' })
  const vocabulary =
    'ValueError: Expected shape (262144, 96) but received shape (512, 96) for parameter language_model.model.embed_tokens.weight'
  expect(await explainRefusal(folder, vocabulary)).toBe(
    'config.json tells the size of the vocabulary, 512, in text_config, and this engine reads it beside that; relayout with --prefix model. writes the config of the text alone',
  )
  expect(await explainRefusal(committed('gemma-4-31b-tiny'), vocabulary)).toBe(undefined)
  expect(await explainRefusal(folder, shape)).toBe(sizes)
})
