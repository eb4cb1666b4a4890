/** `docs/cli.md`, made of the commands themselves. */
import type { Argument, Command, Option } from 'commander'
import { markdownTable } from 'markdown-table'
import { SettingOption } from './options.js'

const head = `# Commands

Made by \`npm run docs\` from the commands themselves; \`parity COMMAND --help\` shows the same. Where a flag is not given,
its variable speaks, then [the config](config.md), then the default.
`

/** Markdown of every command of the program, as prettier leaves it. */
export const formatReference = (program: Command): string =>
  [head, ...program.commands.flatMap((command) => formatCommand(command))].join('\n')

function formatCommand(command: Command): string[] {
  const path = pathOf(command)
  const options = command.options.filter(({ hidden }) => !hidden)
  const described = command.registeredArguments.filter(({ description }) => description !== '')
  const usage = command.usage().replace(options.length === 0 ? /^\[options\] ?/ : '', '')
  const parts = [
    `## ${path}`,
    sentence(command.description()),
    formatBlock(`${path} ${usage}`.trim()),
    ...formatTable(['Argument', 'Meaning', 'Default'], described.map(cellsOfArgument)),
    ...formatTable(['Option', 'Meaning', 'Variable', 'Default'], options.map(cellsOfOption)),
    ...examplesOf(command).map(formatBlock),
  ]
  return [`${parts.join('\n\n')}\n`, ...command.commands.flatMap((inner) => formatCommand(inner))]
}

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${escape(text.slice(1))}.`

const formatBlock = (text: string) => `\`\`\`sh\n${text}\n\`\`\``

/** A table of the rows, if there are any, without the columns that none of them fills. */
function formatTable(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const isFilled = (column: number) => rows.some((row) => row[column] !== '')
  const filled = [heads, ...rows].map((row) => row.filter((_, column) => isFilled(column)))
  return rows.length === 0 ? [] : [markdownTable(filled)]
}

function cellsOfArgument(argument: Argument): string[] {
  const { meaning, usual } = takeApart(argument.description)
  return [code(argument.required ? `<${argument.name()}>` : `[${argument.name()}]`), meaning, usual]
}

function cellsOfOption(option: Option): string[] {
  const { meaning, usual } = takeApart(option.description)
  const choices = option.argChoices?.map((choice) => (choice === '' ? 'empty' : code(choice))).join(', ')
  const value: unknown = option.defaultValue
  return [
    code(option.flags),
    meaning + (choices === undefined ? '' : ` (${choices})`),
    option instanceof SettingOption ? code(option.setting.variable) : '',
    typeof value === 'string' ? escape(value) : usual,
  ]
}

/** A default that is more than a value stands in the description. */
function takeApart(description: string) {
  const [, meaning = '', usual = ''] = /^(.*?)(?: \(default: (.*)\))?$/.exec(description) ?? []
  return { meaning: escape(meaning), usual: escape(usual) }
}

/** What `--help` shows below `Examples:`. */
function examplesOf(command: Command): string[] {
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
  const [, examples] = help.split(/^Examples?:$/m)
  return examples === undefined ? [] : [examples.trim().replaceAll(/^ +/gm, '')]
}

const code = (text: string) => `\`${text.replaceAll('|', String.raw`\|`)}\``

const escape = (text: string) => text.replaceAll(/[*<|]/g, String.raw`\$&`)
