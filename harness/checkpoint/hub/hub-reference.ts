import { ParityError } from '../../errors.js'

/** A checkpoint on the Hugging Face hub, as its name says it. */
export interface HubReference {
  readonly owner: string
  readonly name: string
  /** Branch, tag, pull request (`refs/pr/1`) or commit. */
  readonly revision: string
}

const scheme = 'hub:'

/**
 * `hub:OWNER/NAME[@REVISION]`, taken apart; the revision is `main` unless stated. `null` for what does not begin with
 * `hub:`. All three become parts of paths and addresses, so nothing passes that the hub itself would not allow.
 *
 * @throws ParityError PARITY_USAGE saying which part is wrong
 */
export function parseHubReference(text: string): HubReference | null {
  if (!text.startsWith(scheme)) return null
  const at = text.indexOf('@')
  const repository = text.slice(scheme.length, at < 0 ? undefined : at)
  const revision = at < 0 ? 'main' : text.slice(at + 1)
  const parts = repository.split('/')
  if (parts.length !== 2) throw misnamed(text, `'${repository}' is not OWNER/NAME`)
  const [owner, name] = parts
  for (const [part, value] of Object.entries({ owner, name })) {
    const wrong = findFaultOfName(value)
    if (wrong !== undefined) throw misnamed(text, `the ${part} '${value}' ${wrong}`)
  }
  const wrong = findFaultOfRevision(revision)
  if (wrong !== undefined) throw misnamed(text, `the revision '${revision}' ${wrong}`)
  return { owner, name, revision }
}

/** `hub:OWNER/NAME@REVISION` */
export const formatHubReference = ({ owner, name, revision }: HubReference): string =>
  `${scheme}${owner}/${name}@${revision}`

/** The hub's rules: https://huggingface.co/docs/huggingface_hub/package_reference/utilities#huggingface_hub.utils.validate_repo_id */
function findFaultOfName(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.length > 96) return 'is longer than 96 characters'
  if (/[^\w.-]/.test(name)) return 'has other characters than letters, digits, - _ .'
  if (/^[-.]|[-.]$/.test(name)) return "begins or ends with '-' or '.'"
  if (/--|\.\./.test(name)) return "has '--' or '..' in it"
  if (name.endsWith('.git')) return "ends with '.git'"
  return undefined
}

/** Git's rules for the name of a reference (git-check-ref-format), and no character that Windows refuses in a file. */
function findFaultOfRevision(revision: string): string | undefined {
  if (revision === '') return 'is empty'
  if (revision.length > 200) return 'is longer than 200 characters'
  if (/[\x00-\x20\x7f~^:?*[\]\\<>|"#%]|@\{/.test(revision)) return 'has characters that no branch, tag or commit has'
  if (revision.split('/').some((part) => part === '' || /^[.-]|\.$|\.\.|\.lock$/.test(part)))
    return "has a part between slashes that is empty, begins with '.' or '-', ends with '.' or '.lock', or has '..'"
  return undefined
}

const misnamed = (text: string, what: string): ParityError =>
  new ParityError('PARITY_USAGE', `${text}: ${what}`, 'Write hub:OWNER/NAME or hub:OWNER/NAME@REVISION.')
