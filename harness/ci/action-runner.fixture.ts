import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { execa } from 'execa'
import { parse } from 'yaml'
import { packageRoot } from '../package-root.js'

interface Step {
  readonly id?: string
  readonly name?: string
  readonly if?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly run?: string
  readonly shell?: string
  readonly 'working-directory'?: string
  readonly env?: Readonly<Record<string, string>>
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly steps: readonly Step[] }
}

interface ActionCall {
  readonly inputs: Readonly<Record<string, string>>
  /** Context `github`; what the variables of its names say is told to the steps, too. */
  readonly github?: object
  readonly environment?: Readonly<Record<string, string>>
}

export interface ActionRun {
  /** Steps that were not left out, and how each ended; `null` where another action would have run. */
  readonly steps: readonly { readonly name: string; readonly exitCode: number | null }[]
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  readonly stdout: string
  /** `with` of the actions that it uses. */
  readonly used: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/**
 * Runs the steps of `action.yml` as GitHub does, in `project`: expressions are resolved, each `run` is a script of
 * bash, and `npx` takes this working tree for the package.
 */
export async function runAction(root: string, project: string, call: ActionCall): Promise<ActionRun> {
  const action = parse(await readFile(join(packageRoot, 'action.yml'), 'utf8')) as Action
  const folder = await mkdtemp(join(root, 'runner-'))
  const github = { token: 'token-of-the-test', ...call.github }
  const defaults = Object.entries(action.inputs).map(
    ([name, input]) => [name, resolve(input.default ?? '', { github })] as const,
  )
  const inputs = { ...Object.fromEntries(defaults), ...call.inputs }
  const steps: Record<string, { outputs: Record<string, string> }> = { run: { outputs: orEmpty({}) } }
  const ended: { name: string; exitCode: number | null }[] = []
  const used: Record<string, Record<string, string>> = {}
  const summary = join(folder, 'summary.md')
  await writeFile(summary, '')
  let stdout = ''

  for (const step of action.runs.steps) {
    const hasFailed = ended.some(({ exitCode }) => exitCode !== null && exitCode !== 0)
    const context = { inputs, steps, github, runner: { temp: folder }, cancelled: () => false }
    const condition = step.if ?? 'true'
    const isWanted = condition.includes('cancelled()') || !hasFailed
    if (!isWanted || !evaluate(condition.replace(/^\$\{\{(.*)\}\}$/, '$1'), context)) continue
    const fill = (values: Readonly<Record<string, unknown>> = {}) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, resolve(String(value), context)]))
    if (step.run === undefined) {
      const name = step.uses?.split('@')[0] ?? ''
      used[name] = fill(step.with)
      ended.push({ name, exitCode: null })
      continue
    }
    const output = join(folder, `output-${ended.length}`)
    const script = join(folder, `step-${ended.length}.sh`)
    await writeFile(output, '')
    await writeFile(script, step.run)
    const ran = await execa('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: join(project, resolve(step['working-directory'] ?? '.', context)),
      env: {
        PATH: `${await writeNpx(folder)}:${process.env.PATH ?? ''}`,
        HOME: folder,
        RUNNER_TEMP: folder,
        GITHUB_ACTIONS: 'true',
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        ...call.environment,
        ...fill(step.env),
      },
      extendEnv: false,
      reject: false,
    })
    stdout += ran.stdout + ran.stderr
    ended.push({ name: step.name ?? '', exitCode: ran.exitCode ?? null })
    if (step.id !== undefined) steps[step.id] = { outputs: orEmpty(readOutputs(await readFile(output, 'utf8'))) }
  }
  const outputs = Object.entries(action.outputs).map(
    ([name, { value }]) => [name, resolve(value, { steps, inputs, github })] as const,
  )
  return { steps: ended, outputs: Object.fromEntries(outputs), summary: await readFile(summary, 'utf8'), stdout, used }
}

/** What GitHub makes of a text with expressions. */
const resolve = (text: string, context: object) =>
  text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    const value = evaluate(expression, context) ?? ''
    if (typeof value === 'string') return value
    throw new Error(`${expression} is no text`)
  })

/** GitHub's expressions are those of JavaScript, but for names with hyphens and fields of what is not there. */
const evaluate = (expression: string, context: object): unknown =>
  runInNewContext(expression.replaceAll(/\.([a-z_][\w-]*)/g, "?.['$1']"), { ...context })

/** An output that a step did not write is empty. */
const orEmpty = (outputs: Record<string, string>) =>
  new Proxy(outputs, { get: (target, name) => target[String(name)] ?? '' })

function readOutputs(text: string): Record<string, string> {
  const found = [...text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2\n/gm)]
  return Object.fromEntries(found.map(([, name, , value]) => [name, value]))
}

/** `npx --yes transformers-parity@VERSION ARGUMENTS…`, without the registry. */
async function writeNpx(folder: string): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin, { recursive: true })
  const file = join(bin, 'npx')
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
  await writeFile(
    file,
    `#!/bin/bash
[ "$1" = --yes ] && [ "$2" = "transformers-parity@${version}" ] || { echo "npx $*" >&2; exit 99; }
shift 2
exec "${process.execPath}" "${join(packageRoot, 'dist/cli/main.js')}" "$@"
`,
  )
  await chmod(file, 0o755)
  return bin
}
