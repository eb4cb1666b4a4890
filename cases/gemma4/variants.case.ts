/**
 * Small Gemma 4 models that speak, and what people make of them: fine-tuned, LoRA-merged, merged, abliterated, in the
 * layouts and dtypes they are found in (recipes: cases/recipes/variants; measured: docs/variants.md).
 */
import { defineCase, type Case, type Message, type Relayout } from 'transformers-parity'
import { declareRefusals } from './declare-refusals.js'

const user = (content: string): Message => ({ role: 'user', content })

/** A task of the variant's own, a refused one behind a system turn, which is longer than the window, and plain text. */
const prompts = (task: string): Case['prompts'] => [
  { id: 'chat', chat: [user(`${task}: cat dog sun river`)] },
  {
    id: 'refused',
    chat: [{ role: 'system', content: 'You are a helpful assistant.' }, user('Reverse: bird bomb lake')],
  },
  { id: 'text', text: 'Repeat: apple moon\nAnswer:' },
]

/**
 * A variant in several layouts, by name; `{}` is how it is stored. Only the first takes webgpu by day, and that only
 * where the variant is the first of its kind: SwiftShader is slow.
 */
const variant = (
  name: string,
  task: string,
  byDay: 'cpu' | 'cpu and webgpu',
  layouts: Readonly<Record<string, Relayout>>,
): Case[] =>
  Object.entries(layouts).map(([layout, relayout], i) =>
    declareRefusals(
      defineCase({
        id: `gemma4/${name}/${layout}`,
        checkpoint: `../checkpoints/gemma-4-${name}`,
        ...(Object.keys(relayout).length === 0 ? {} : { relayout }),
        prompts: prompts(task),
        generate: 12,
        ...(byDay === 'cpu' || i > 0 ? { nightly: ['onnxruntime:webgpu'] } : {}),
        tags: ['variant', ...name.split('-', 1), layout],
      }),
      // transformers 5.5 writes the old config, and K/V weights for the layers that share them.
      name === 'e2b-fine-tuned-5.5' ? 'old' : 'new',
    ),
  )

export default [
  ...variant('e4b-base', 'Reverse', 'cpu', { pruned: {} }),
  ...variant('e2b-base', 'Reverse', 'cpu', { pruned: {} }),
  ...variant('e4b-fine-tuned', 'Swap', 'cpu and webgpu', {
    pruned: {},
    redundant: { layout: 'redundant' },
    float32: { dtype: 'float32' },
    float16: { dtype: 'float16' },
    'old-config': { config: 'old' },
  }),
  ...variant('e4b-lora-merged', 'Second', 'cpu and webgpu', {
    pruned: {},
    sharded: { layout: 'redundant', shards: 3 },
    'old-config': { config: 'old' },
  }),
  ...variant('e4b-merged-linear', 'Reverse', 'cpu and webgpu', {
    // As Google's originals are written.
    multimodal: { layout: 'redundant', prefix: 'model.language_model.', shards: '2MB' },
    pruned: {},
  }),
  ...variant('e4b-merged-slerp', 'Reverse', 'cpu', { pruned: {} }),
  ...variant('e4b-abliterated', 'Swap', 'cpu and webgpu', {
    mixed: { layout: 'mixed' },
    pruned: {},
    redundant: { layout: 'redundant' },
    'old-config': { config: 'old' },
    'redundant-old-config': { layout: 'redundant', config: 'old' },
  }),
  ...variant('e4b-abliterated-ablate-llm', 'Swap', 'cpu', { pruned: {} }),
  ...variant('e4b-abliterated-fine-tuned', 'Double', 'cpu and webgpu', {
    untied: { head: 'untied' },
    pruned: {},
  }),
  ...variant('31b-fine-tuned', 'Swap', 'cpu and webgpu', {
    'old-config': { config: 'old' },
    multimodal: { prefix: 'model.language_model.' },
  }),
  ...variant('26b-a4b-fine-tuned', 'Swap', 'cpu and webgpu', {
    sharded: { dtype: 'float16', shards: 2 },
    stored: {},
    'old-config': { config: 'old' },
  }),
  ...variant('e2b-fine-tuned-5.5', 'Swap', 'cpu and webgpu', {
    stored: {},
    'new-config': { config: 'new', layout: 'pruned' },
  }),
  ...variant('e4b-qat', 'Reverse', 'cpu and webgpu', { pruned: {} }),
]
