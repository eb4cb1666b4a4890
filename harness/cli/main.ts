#!/usr/bin/env node
/** The command `parity`. Each subcommand stands in a file of its own, imported when it is asked for. */
import { Command, CommanderError, Option } from 'commander'
import { ParityError } from '../errors.js'
import { toolVersion } from './tool-version.js'

const program = new Command('parity')
  .description(
    'Proves, or disproves, that an inference engine computes what Python transformers computes for a Gemma 4 checkpoint.',
  )
  .version(toolVersion)
  .showHelpAfterError('(parity --help, or parity COMMAND --help, shows what there is)')
  .exitOverride()
  .configureOutput({ writeErr: (text) => (wantsJson() ? undefined : process.stderr.write(text)) })

const json = () => new Option('--json', 'print one JSON document on stdout and nothing else')
const append = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]
const collect = (value: string, before: readonly string[] | undefined) => [...(before ?? []), ...value.split(',')]

program
  .command('run')
  .description('run cases on engines, compare with the reference, and print verdicts')
  .option('-c, --case <pattern>', 'only cases whose id matches; * stands for anything (repeatable)', collect)
  .option('-t, --tag <tag>', 'only cases with this tag (repeatable)', collect)
  .option('-s, --suite <name>', 'the cases of this suite, hub for the real checkpoints (repeatable)', collect)
  .option(
    '-e, --engine <source>',
    'engine under test (repeatable; default: onnxruntime:cpu and onnxruntime:webgpu)',
    collect,
  )
  .option('-r, --reference <source>', 'the truth (default: recorded, else transformers, else the oracle)')
  .option('--checkpoint <folder>', 'a checkpoint of your own, or hub:OWNER/NAME@REVISION, instead of cases')
  .option('--tokens <ids>', 'with --checkpoint: a prompt as token ids, 3,4,5 (repeatable)', append)
  .option('--text <text>', 'with --checkpoint: a prompt as plain text (repeatable)', append)
  .option('--chat <text>', 'with --checkpoint: a prompt as what a user says, or as a JSON list of messages', append)
  .option('--generate <count>', 'with --checkpoint: tokens to generate', '32')
  .option('-o, --out <folder>', 'write report.json there')
  .option('-j, --jobs <count>', 'verdicts under way at once (default: one a processor, at most 4)')
  .option('--nightly', 'also what cases leave to the nightly run')
  .option('--require', 'exit 3 if an engine was skipped')
  .option('--timeout <seconds>', 'how long an engine may be silent', '300')
  .option('--defect <name>', 'plant a defect in the built-in engine, to see the verdict find it')
  .addOption(json())
  .addHelpText(
    'after',
    `
Examples:
  parity run
  parity run --case 'gemma4/e2b/*' --engine onnxruntime:webgpu
  parity run --case 'gemma4/*abliterated*' --tag e4b
  parity run --checkpoint ./my-gemma --engine onnxruntime:cpu --chat 'Why is the sky blue?'
  parity run --case gemma4/e2b/pruned --engine onnxruntime:cpu --defect softcap-dropped`,
  )
  .action(async (options: object) => (await import('./run.js')).runCommand(options))

program
  .command('probe <source>')
  .description('run one source on one prompt, without a verdict')
  .requiredOption('--checkpoint <folder>', 'the checkpoint, a folder or hub:OWNER/NAME@REVISION')
  .option('--tokens <ids>', 'the prompt as token ids, 3,4,5', append)
  .option('--text <text>', 'the prompt as plain text', append)
  .option('--chat <text>', 'the prompt as what a user says, or as a JSON list of messages', append)
  .option('--generate <count>', 'tokens to generate', '24')
  .option('--timeout <seconds>', 'how long the source may be silent', '300')
  .addOption(json())
  .addHelpText(
    'after',
    `
Examples:
  parity probe onnxruntime:cpu --checkpoint ./my-gemma --tokens 2,7,9 --generate 24 --json
  parity probe onnxruntime:webgpu --checkpoint ./my-gemma --chat 'Why is the sky blue?'`,
  )
  .action(async (source: string, options: object) => (await import('./probe.js')).probeCommand(source, options))

program
  .command('inspect <folder>')
  .description('show the tensors that a checkpoint lacks or has too many of, and which layers share keys and values')
  .addOption(json())
  .addHelpText('after', '\nExample:\n  parity inspect ./my-gemma')
  .action(async (folder: string, options: object) => (await import('./inspect.js')).inspectCommand(folder, options))

program
  .command('relayout <source> <destination>')
  .description('write a checkpoint another way, with the same numbers; what is not named stays as it is')
  .addOption(
    new Option('--layout <layout>', 'K/V tensors of shared layers: none, all, or every second layer’s').choices([
      'pruned',
      'redundant',
      'mixed',
    ]),
  )
  .addOption(new Option('--dtype <dtype>', 'of every weight').choices(['float32', 'float16', 'bfloat16']))
  .option('--shards <count or size>', 'number of weights files, or the largest size of one: 5GB')
  .addOption(
    new Option('--prefix <prefix>', 'of the names, and the class in config.json that goes with it').choices([
      'model.',
      'model.language_model.',
      'language_model.',
      '',
    ]),
  )
  .addOption(
    new Option(
      '--config <config>',
      'per_layer_config, or global_head_dim and num_global_key_value_heads in its place',
    ).choices(['new', 'old']),
  )
  .addOption(new Option('--head <head>', 'lm_head.weight: none, or a tensor of its own').choices(['tied', 'untied']))
  .option('--drop-towers', 'leave out vision and audio tensors')
  .addOption(json())
  .addHelpText(
    'after',
    `
Examples:
  parity relayout ./my-gemma ./my-gemma-redundant --layout redundant
  parity relayout ./my-gemma ./my-gemma-text --prefix model. --drop-towers --dtype bfloat16 --shards 5GB
  parity relayout ./my-gemma ./my-gemma-old --config old`,
  )
  .action(async (source: string, destination: string, options: object) =>
    (await import('./relayout.js')).relayoutCommand(source, destination, options),
  )

program
  .command('record')
  .description('record what transformers computes for the cases, in float64, float32 and bfloat16 (needs Python)')
  .option('-c, --case <pattern>', 'only cases whose id matches (repeatable)', collect)
  .option('-t, --tag <tag>', 'only cases with this tag (repeatable)', collect)
  .option('-s, --suite <name>', 'the cases of this suite (repeatable)', collect)
  .option('--check', 'record again, write nothing, and say what changed; exit 1 if something did')
  .option('--timeout <seconds>', 'how long transformers may be silent', '600')
  .addOption(json())
  .addHelpText('after', "\nExamples:\n  parity record --case 'gemma4/e2b/*'\n  parity record --check")
  .action(async (options: object) => (await import('./record.js')).recordCommand(options))

program
  .command('init <checkpoint>')
  .description('write a first case, with comments, for a checkpoint of yours')
  .option('--id <id>', 'id of the case (default: mine/, and the folder’s name)')
  .option('-o, --out <file>', 'file to write (default: cases/, and the folder’s name)')
  .addOption(json())
  .addHelpText('after', '\nExamples:\n  parity init ./my-gemma\n  parity init hub:google/gemma-4-E2B-it')
  .action(async (checkpoint: string, options: object) => (await import('./init.js')).initCommand(checkpoint, options))

program
  .command('report [file]')
  .description('show the report of a run again, or make a section of a model card of it')
  .option('--model-card', 'Markdown for a model card: what was compared, with which versions, verdicts, badge')
  .option('-c, --case <pattern>', 'only verdicts on cases whose id matches (repeatable)', collect)
  .option('-o, --out <file>', 'write there instead of to stdout')
  .addHelpText('after', "\nExamples:\n  parity report\n  parity report --model-card --case 'mine/*' --out parity.md")
  .action(async (file: string | undefined, options: object) =>
    (await import('./report.js')).reportCommand(file, options),
  )

program
  .command('doctor')
  .description('show what this machine can run, and how to get the rest')
  .option('--install <source>', 'make the environment of a source (transformers)')
  .addOption(json())
  .addHelpText('after', '\nExamples:\n  parity doctor\n  parity doctor --install transformers')
  .action(async (options: object) => (await import('./doctor.js')).doctorCommand(options))

function wantsJson(): boolean {
  return process.argv.includes('--json')
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** Says what went wrong in the form that was asked for; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    if (wantsJson())
      printError('PARITY_USAGE', error.message.replace(/^error: /, ''), 'parity --help shows what there is.')
    return 2
  }
  if (!ParityError.is(error)) throw error
  if (wantsJson()) printError(error.code, error.message, error.hint)
  else process.stderr.write(`${error.message}\n${error.hint}\n`)
  return error.exitCode
}

function printError(code: string, message: string, hint: string): void {
  process.stdout.write(`${JSON.stringify({ error: { code, message, hint } })}\n`)
}
