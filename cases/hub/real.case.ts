/**
 * Google's instruction-tuned Gemma 4 and one abliterated E4B, whole, as people run them: `parity run --suite hub`. What
 * they need of disk and memory: docs/hub.md. All are pinned, so that a verdict stays the verdict of the same weights.
 */
import { defineCase } from 'transformers-parity'

/** Short, since a logit for each of 262,144 tokens is compared at every position: 1 MB a position in float32. */
const prompts = [
  { id: 'text', text: 'The three primary colours are' },
  { id: 'code', text: 'def fibonacci(n: int) -> int:\n    """Return the n-th Fibonacci number."""\n' },
  { id: 'scripts', text: 'Grüße, γειά, привет, 你好, こんにちは, नमस्ते 👋🏽:' },
  { id: 'chat', chat: [{ role: 'user', content: 'Why is the sky blue? Answer in one sentence.' }] },
  {
    id: 'turns',
    chat: [
      { role: 'system', content: 'You are a terse assistant.' },
      { role: 'user', content: 'Name a prime number between 20 and 30.' },
      { role: 'assistant', content: '23' },
      { role: 'user', content: 'And another one?' },
    ],
  },
] as const

const real = (repository: string, commit: string, tags: readonly string[]) =>
  defineCase({
    id: `hub/${repository}`,
    suite: 'hub',
    checkpoint: `hub:${repository}@${commit}`,
    prompts,
    generate: 24,
    tags,
  })

export default [
  real('google/gemma-4-E2B-it', '3e22461f65e89153144f8adb70e3b8c2cc9845a7', ['e2b']),
  real('google/gemma-4-E4B-it', 'ee0ef6023621cff504d758262d4e04895a5af4a2', ['e4b']),
  real('google/gemma-4-26B-A4B-it', '4d7ae4984b7db7de8f8457170b3f1a419ee76d52', ['26b-a4b', 'moe']),
  real('google/gemma-4-31B-it', '842da3794eaa0b77d5f08bae87a17459d91ff475', ['31b']),
  real('OBLITERATUS/gemma-4-E4B-it-OBLITERATED', 'd8678bbb9e0d4f5729c115087485a4e25ba89d65', ['e4b', 'abliterated']),
]
