import type { FetchProgress } from '../checkpoint/locate-checkpoint.js'

/** `fetching model.safetensors: 1.2 of 10.3 GB` */
export function describeFetch({ file, done, total }: Parameters<FetchProgress>[0]): string {
  const [unit, size] = total >= 1e9 ? ['GB', 1e9] : ['MB', 1e6]
  return `fetching ${file}: ${(done / size).toFixed(1)} of ${(total / size).toFixed(1)} ${unit}`
}
