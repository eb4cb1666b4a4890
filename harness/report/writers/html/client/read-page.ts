import type { PageData, VerdictDetail } from '../page-data.js'
import { readJson } from '../page-json.js'

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? 'null'

export const readIndex = (): PageData => readJson(textOf('index')) as PageData

let details: readonly string[] | null = null

/** Unpacks what is known of the verdict at a place of the index. */
export async function readDetail(place: number): Promise<VerdictDetail> {
  details ??= JSON.parse(textOf('details')) as string[]
  const bytes = Uint8Array.from(atob(details[place]), (character) => character.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return readJson(await new Response(stream).text()) as VerdictDetail
}
