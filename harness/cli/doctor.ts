import { execa } from 'execa'
import { cacheFolder } from '../cache-folder.js'
import { ParityError } from '../errors.js'
import { loadConfig } from '../config/load-config.js'
import { checkSource } from '../sources/check-source.js'
import { makeSources } from '../sources/index.js'
import { formatSourceId, parseSourceId } from '../source-id.js'
import type { Source } from '../sources/source.js'
import type { Availability } from '../types.js'
import { toolVersion } from './tool-version.js'

interface DoctorOptions {
  readonly install?: string
  readonly json?: true
}

interface Finding {
  readonly source: string
  readonly summary: string
  readonly available: Availability
}

async function examine(source: Source, device: string): Promise<Finding> {
  const { name, summary } = source
  return { source: formatSourceId({ name, device }), summary, available: await checkSource(source, { name, device }) }
}

/** `parity doctor` */
export async function doctorCommand(given: object): Promise<void> {
  const { install, json } = given as DoctorOptions
  const sources = makeSources((await loadConfig())?.values.sources).all
  for (const wanted of install?.split(',') ?? []) await installEnvironment(wanted, sources)
  const findings = await Promise.all(
    sources.flatMap((source) => source.devices.map((device) => examine(source, device))),
  )
  const facts = { version: toolVersion, node: process.versions.node, cache: cacheFolder(), uv: await uvVersion() }
  process.stdout.write(
    json === true ? `${JSON.stringify({ ...facts, sources: findings.map(document) })}\n` : formatText(facts, findings),
  )
}

async function installEnvironment(wanted: string, sources: readonly Source[]): Promise<void> {
  const { name, version } = parseSourceId(wanted)
  const source = sources.find((one) => one.name === name)
  if (source?.install !== undefined) {
    await source.install(version)
    return
  }
  const known = sources.filter((one) => one.install !== undefined)
  throw new ParityError(
    'PARITY_USAGE',
    `'${wanted}' has no environment to install`,
    known.map((one) => `parity doctor --install ${one.name}`).join(', or '),
  )
}

async function uvVersion(): Promise<string | null> {
  const { failed, stdout } = await execa('uv', ['--version'], { reject: false })
  return failed ? null : stdout
}

const document = ({ source, available }: Finding) => ({ source, ...available })

function formatText(
  facts: { version: string; node: string; cache: string; uv: string | null },
  findings: readonly Finding[],
): string {
  const lines = findings.map(({ source, summary, available }) =>
    available.ok
      ? `  yes  ${source.padEnd(20)} ${summary} ${available.version}${available.note === undefined ? '' : ` (${available.note})`}`
      : `  no   ${source.padEnd(20)} ${available.why}: ${available.fix}`,
  )
  return [
    `transformers-parity ${facts.version}, Node ${facts.node}, ${facts.uv ?? 'uv is not installed (pip install uv)'}`,
    `cache: ${facts.cache}`,
    'sources that run here:',
    ...lines,
    '',
  ].join('\n')
}
