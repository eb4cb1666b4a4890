import { realpath, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readCheckpoint } from '../../checkpoint/checkpoint.js'
import { findContainedFile } from '../../checkpoint/contained-file.js'
import { findWeightsFiles } from '../../checkpoint/weights-files.js'

/**
 * Fills `folder` with links to the config and the weights of a checkpoint, and with a tokenizer of as many made-up tokens
 * as it has. The converter copies a vocabulary into its file, refuses most checkpoints that have none, and cuts the
 * embedding where the vocabulary ends; tokens come and go as ids here, so that which words they stand for is all one.
 */
export async function fillStandInFolder(folder: string, checkpoint: string): Promise<void> {
  const { config } = await readCheckpoint(checkpoint)
  const { files } = await findWeightsFiles(checkpoint)
  const named = [...files.keys(), 'config.json', 'model.safetensors.index.json']
  for (const name of named) {
    const file = files.get(name) ?? (await findContainedFile(checkpoint, name))
    if (file !== undefined) await symlink(await realpath(file), join(folder, name))
  }
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(standInTokenizer(config.vocabSize)))
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ tokenizer_class: 'PreTrainedTokenizerFast' }))
}

/** The least that the converter takes for Gemma's: BPE with bytes to fall back on, and one merge for llama.cpp to find. */
function standInTokenizer(size: number): object {
  const first = ['a', 'b', 'ab']
  const vocab = Object.fromEntries(Array.from({ length: size }, (_, id) => [first[id] ?? `<${id}>`, id]))
  return {
    version: '1.0',
    added_tokens: [],
    decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
    model: { type: 'BPE', byte_fallback: true, ignore_merges: false, vocab, merges: [['a', 'b']] },
  }
}
