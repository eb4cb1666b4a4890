import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { HUB_URL } from '@huggingface/hub'
import { ParityError } from '../../errors.js'
import { reason } from '../file-bytes.js'

/** What the environment says about the hub, read as Python's huggingface_hub reads it. */
export interface HubEnvironment {
  /** Without a slash at the end. */
  readonly endpoint: string
  /** Absolute folder with one folder a repository. */
  readonly cache: string
  /** Never to be printed. */
  readonly token: string | null
  /** No request is made at all. */
  readonly offline: boolean
}

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Reads the variables and the token's file.
 *
 * @throws ParityError PARITY_USAGE for an endpoint or a token that cannot be one
 */
export async function readHubEnvironment(variables: Variables = process.env): Promise<HubEnvironment> {
  const value = (name: string) => (variables[name] === '' ? undefined : variables[name])
  const folder = (path: string) => resolve(expand(path, variables))
  const home = folder(
    value('HF_HOME') ?? join(value('XDG_CACHE_HOME') ?? join(value('HOME') ?? homedir(), '.cache'), 'huggingface'),
  )
  return {
    endpoint: checkEndpoint(value('HF_ENDPOINT') ?? HUB_URL),
    cache: folder(value('HF_HUB_CACHE') ?? value('HUGGINGFACE_HUB_CACHE') ?? join(home, 'hub')),
    token: isTrue(value('HF_HUB_DISABLE_IMPLICIT_TOKEN'))
      ? null
      : checkToken(value('HF_TOKEN') ?? (await readToken(folder(value('HF_TOKEN_PATH') ?? join(home, 'token'))))),
    offline: isTrue(value('HF_HUB_OFFLINE') ?? value('TRANSFORMERS_OFFLINE')),
  }
}

const isTrue = (value: string | undefined) => ['1', 'ON', 'YES', 'TRUE'].includes(value?.toUpperCase() ?? '')

/** `~`, `$NAME` and `${NAME}`; an unknown variable stays as it is written. */
const expand = (path: string, variables: Variables) =>
  path
    .replace(/^~(?=$|[\\/])/, () => variables.HOME ?? homedir())
    .replace(/\$(?:(\w+)|\{(\w+)\})/g, (whole, plain?: string, braced?: string) => {
      return variables[plain ?? braced ?? ''] ?? whole
    })

function checkEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return text.replace(/\/+$/, '')
  // The address is not repeated: it may hold a password.
  throw new ParityError(
    'PARITY_USAGE',
    'HF_ENDPOINT is not the address of a hub: http:// or https://, no user in it',
    `Unset it for ${HUB_URL}, and put a token into HF_TOKEN.`,
  )
}

async function readToken(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(reason(cause))) return ''
    throw new ParityError(
      'PARITY_HUB',
      `${file}: the token cannot be read (${reason(cause)})`,
      'Check its permissions, or set HF_TOKEN.',
      { cause },
    )
  })
}

function checkToken(text: string): string | null {
  const token = text.trim()
  if (/^[\x21-\x7e]*$/.test(token)) return token === '' ? null : token
  throw new ParityError(
    'PARITY_USAGE',
    'the token in HF_TOKEN, or in its file, has characters that no token has',
    'Copy it again from the settings of your account; it begins with hf_.',
  )
}
