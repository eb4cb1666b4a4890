import type { Layout } from './layout.js'
import type { TensorInfo } from './safetensors.js'

/** What is wrong with a layout, all names listed, a line each. `listing`: the file that says which tensors there are. */
export function describeLayout(layout: Layout, tensors: ReadonlyMap<string, TensorInfo>, listing: string): string {
  const list = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? [`  ${title}:`, ...lines.map((line) => `    ${line}`)] : []
  const file = (name: string) => tensors.get(name)?.file ?? listing
  return [
    `${listing}: the tensors are not those that config.json needs`,
    ...list('missing', layout.missing),
    ...list(
      'unexpected',
      layout.unexpected.map((name) => `${name} in ${file(name)}`),
    ),
    ...list(
      'wrong shape',
      layout.shapeMismatch.map(
        ({ name, expected, actual }) =>
          `${name} is [${actual.join(', ')}] in ${file(name)}, but config.json needs [${expected.join(', ')}]`,
      ),
    ),
  ].join('\n')
}
