import envPaths from 'env-paths'

/** Where things live that can be made again: `PARITY_CACHE`, or the system's folder for caches. */
export const cacheFolder = (): string =>
  process.env.PARITY_CACHE ?? envPaths('transformers-parity', { suffix: '' }).cache
