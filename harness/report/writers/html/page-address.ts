/** The part of the page's address behind `#`: `q` is the search, `v` the verdict that is open. */
export interface PageAddress {
  readonly search: string
  readonly open: string | null
}

export function readAddress(hash: string): PageAddress {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  return { search: fields.get('q') ?? '', open: fields.get('v') }
}

/** Empty where there is nothing to say. */
export function formatAddress({ search, open }: PageAddress): string {
  const fields = []
  if (search !== '') fields.push(`q=${encodeURIComponent(search)}`)
  if (open !== null) fields.push(`v=${encodeURIComponent(open)}`)
  return fields.length === 0 ? '' : `#${fields.join('&')}`
}
