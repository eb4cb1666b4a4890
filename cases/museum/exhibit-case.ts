import { defineCase, type Case, type Exhibit, type Relayout } from 'transformers-parity'
import { tinyCase } from '../gemma4/tiny-case.js'

/** A small checkpoint of a geometry, and the length of its sliding window. */
const checkpoints = {
  e2b: ['gemma-4-e2b-tiny', 8],
  '31b': ['gemma-4-31b-tiny', 12],
} as const

/** A case of the museum: a short prompt, and one longer than the window twice over. */
export const exhibitCase = (
  id: string,
  checkpoint: keyof typeof checkpoints,
  relayout: Relayout,
  exhibit: Exhibit,
): Case => {
  const [folder, window] = checkpoints[checkpoint]
  const tiny = tinyCase(id, folder, window, ['museum'])
  const prompts = tiny.prompts.filter((prompt) => prompt.id !== 'one')
  return defineCase({ ...tiny, id: `museum/${id}`, suite: 'museum', relayout, prompts, generate: 8, exhibit })
}
