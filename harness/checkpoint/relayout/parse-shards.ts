import { ParityError } from '../../errors.js'

/** A number of files, or the largest size of one in bytes. */
export type Shards = { readonly count: number } | { readonly bytes: number }

/** Decimal units, as in `max_shard_size` of transformers. */
const units: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/** `4`, `'4'` or `'5GB'`. Throws PARITY_USAGE. */
export function parseShards(stated: number | string): Shards {
  const text = String(stated).trim()
  if (/^[1-9]\d{0,4}$/.test(text)) return { count: Number(text) }
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([KMGT]B)$/i.exec(text) ?? []
  const bytes = Math.floor(Number(amount) * (units[unit?.toUpperCase() ?? ''] ?? NaN))
  if (bytes >= 1 && Number.isSafeInteger(bytes)) return { bytes }
  const what = `shards '${stated}' is neither a number of files from 1 to 99999 nor a size`
  throw new ParityError('PARITY_USAGE', what, 'For example 4, 500MB or 5GB (1 GB = 1,000,000,000 bytes).')
}
