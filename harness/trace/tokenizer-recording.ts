/** Recorded answers of the reference's tokenizer: `tokenizer.json` in the folder of a case. */
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { identifyTokenizer } from '../checkpoint/identity.js'
import { ParityError } from '../errors.js'
import { roles, type TokenizerProbe } from '../types.js'
import { writeFileAtomically } from '../write-file.js'

const ids = z.array(z.array(z.int().nonnegative()))
const message = z.object({ role: z.enum(roles), content: z.string() })

const schema = z.object({
  version: z.literal(1),
  case: z.string(),
  /** SHA-256 by file name. */
  tokenizer: z.record(z.string(), z.string()),
  source: z.object({ name: z.string(), version: z.string() }),
  command: z.string(),
  recordedAt: z.string(),
  texts: z.array(z.string()),
  chats: z.array(z.array(message)),
  answers: z.object({ ids, decoded: z.array(z.string()), rendered: z.array(z.string()), chatIds: ids }),
})

export type TokenizerRecording = z.output<typeof schema>

const fileOf = (root: string, caseId: string) => join(root, caseId, 'tokenizer.json')

export const hasTokenizerRecording = (root: string, caseId: string): boolean => existsSync(fileOf(root, caseId))

/**
 * Reads the recording of a tokenizer case, and refuses one of other files, texts or chats.
 *
 * @throws ParityError PARITY_RECORDING
 */
export async function readTokenizerRecording(
  root: string,
  caseId: string,
  probe: TokenizerProbe,
  folder: string,
): Promise<TokenizerRecording> {
  const file = fileOf(root, caseId)
  const parsed = schema.safeParse(JSON.parse(await readFile(file, 'utf8')))
  const refuse = (why: string) =>
    new ParityError('PARITY_RECORDING', why, `Record the case again: parity record --case ${caseId} (needs Python).`)
  if (!parsed.success) throw refuse(`${file} is not a recording: ${z.prettifyError(parsed.error)}`)
  const { texts, chats, tokenizer } = parsed.data
  if (JSON.stringify([texts, chats]) !== JSON.stringify([probe.texts, probe.chats]))
    throw refuse(`the recording of ${caseId} is of other texts than the case has now`)
  const now = await identifyTokenizer(folder)
  const changed = Object.keys({ ...tokenizer, ...now }).filter((name) => tokenizer[name] !== now[name])
  if (changed.length > 0)
    throw refuse(`the recording of ${caseId} is of another tokenizer: ${changed.join(', ')} in ${folder} changed since`)
  return parsed.data
}

export async function writeTokenizerRecording(root: string, recording: TokenizerRecording): Promise<void> {
  const file = fileOf(root, recording.case)
  await mkdir(dirname(file), { recursive: true })
  await writeFileAtomically(file, `${JSON.stringify(recording, null, 1)}\n`)
}
