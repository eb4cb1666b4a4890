import { readFileSync } from 'node:fs'

/** Version of the installed @huggingface/tokenizers, which does not export its package.json. */
export const tokenizersVersion: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.resolve('@huggingface/tokenizers')), 'utf8')) as {
    version: string
  }
).version
