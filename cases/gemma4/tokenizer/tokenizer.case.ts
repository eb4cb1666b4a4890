/** What prompts go through here gives the token ids, and the chats, that Python transformers gives. */
import { defineCase } from 'transformers-parity'
import { chats } from './chats.js'
import { texts } from './texts.js'

export default defineCase({
  id: 'gemma4/tokenizer',
  checkpoint: '../../checkpoints/gemma-4-e4b-base',
  tokenizer: { texts, chats },
  tags: ['tokenizer'],
})
