/**
 * What an engine owes its users beside parity: the same prompt gives the same tokens, alone or among others; prefill in
 * any chunks gives the same; what it writes is text. In the config's old spelling, which every engine reads.
 */
import { defineCase } from 'transformers-parity'

const checked = (variant: string, task: string) =>
  defineCase({
    id: `gemma4/checks/${variant}`,
    checkpoint: `../checkpoints/gemma-4-${variant}`,
    relayout: { config: 'old' },
    prompts: [
      { id: 'task', chat: [{ role: 'user', content: `${task}: cat dog sun river` }] },
      {
        // Longer than the sliding window.
        id: 'beyond',
        chat: [
          { role: 'system', content: 'You are a helpful assistant.' },
          { role: 'user', content: 'Reverse: apple moon lake' },
        ],
      },
      { id: 'text', text: 'Repeat: bird' },
    ],
    generate: 8,
    checks: ['deterministic', 'chunks', 'smoke'],
    nightly: ['onnxruntime:webgpu'],
    tags: ['checks', ...variant.split('-', 1)],
  })

export default [
  checked('e4b-abliterated', 'Swap'),
  checked('e2b-base', 'Reverse'),
  checked('31b-fine-tuned', 'Swap'),
  checked('26b-a4b-fine-tuned', 'Swap'),
]
