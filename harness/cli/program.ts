/** The commands and flags of `parity`. Each command stands in a file of its own, imported when it is asked for. */
import { Command, Option } from 'commander'
import { flagOf, settingNames } from '../config/settings.js'
import { registerCi } from './ci.js'
import { append, collect, configOption, jsonOption, SettingOption } from './options.js'
import { registerProof } from './proof.js'
import { toolVersion } from './tool-version.js'

/** What `parity --help` shows. With `isSilent`, commander says nothing of its own on stderr. */
export function makeProgram(isSilent: boolean): Command {
  const program = new Command('parity')
    .description(
      'Proves, or disproves, that an inference engine computes what Python transformers computes for a Gemma 4 checkpoint.',
    )
    .version(toolVersion)
    .showHelpAfterError('(parity --help, or parity COMMAND --help, shows what there is)')
    .exitOverride()
    .configureOutput({ writeErr: (text) => (isSilent ? undefined : process.stderr.write(text)) })
  addRun(program)
  addReports(program)
  addCheckpoints(program)
  addCases(program)
  addSetUp(program)
  addWorkers(program)
  registerProof(program)
  registerCi(program)
  return program
}

function addRun(program: Command): void {
  program
    .command('run')
    .description('run cases on engines, compare with the reference, and print verdicts')
    .option('-c, --case <pattern>', 'only cases whose id matches; * stands for anything (repeatable)', collect)
    .option('-t, --tag <tag>', 'only cases with this tag (repeatable)', collect)
    .option('-s, --suite <name>', 'the cases of this suite, hub for the real checkpoints (repeatable)', collect)
    .addOption(new SettingOption('engines'))
    .addOption(new SettingOption('reference'))
    .option('--checkpoint <folder>', 'a checkpoint of your own, or hub:OWNER/NAME@REVISION, instead of cases')
    .option('--tokens <ids>', 'with --checkpoint: a prompt as token ids, 3,4,5 (repeatable)', append)
    .option('--text <text>', 'with --checkpoint: a prompt as plain text (repeatable)', append)
    .option('--chat <text>', 'with --checkpoint: a prompt as what a user says, or as a JSON list of messages', append)
    .option('--generate <count>', 'with --checkpoint: tokens to generate', '32')
    .addOption(new SettingOption('reporters'))
    .addOption(new SettingOption('out'))
    .addOption(new SettingOption('baseline'))
    .option('--no-baseline', 'do not say what changed')
    .addOption(new SettingOption('history'))
    .addOption(new SettingOption('failOn'))
    .addOption(new SettingOption('require'))
    .option('--shard <i/n>', 'only the i-th of n parts of about the same duration')
    .option('--resume', 'keep the verdicts that an interrupted run left in --out, and do the rest')
    .addOption(new SettingOption('jobs'))
    .addOption(new SettingOption('memory'))
    .addOption(new SettingOption('nightly'))
    .addOption(new SettingOption('timeout'))
    .addOption(new SettingOption('oracleMinutes'))
    .option('--defect <name>', 'plant a defect in the built-in engine, to see the verdict find it')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  parity run
  parity run --case 'gemma4/e2b/*' --engine onnxruntime:webgpu
  parity run --case 'gemma4/*abliterated*' --tag e4b
  parity run --checkpoint ./my-gemma --engine onnxruntime:cpu --chat 'Why is the sky blue?'
  parity run --reporter terminal,html,junit --out reports
  parity run --shard 1/4 --reporter json --out shards/1
  parity run --case gemma4/e2b/pruned --engine onnxruntime:cpu --defect softcap-dropped`,
    )
    .action(async (options: object) => (await import('./run.js')).runCommand(options))
}

function addReports(program: Command): void {
  program
    .command('report')
    .description('show the report of a run again, in another form, or what changed since another')
    .argument('[file]', 'report.json or verdicts.jsonl of a run (default: reports/report.json)')
    .option('--model-card', 'Markdown for a model card: what was compared, with which versions, verdicts, badge')
    .option('-c, --case <pattern>', 'only verdicts on cases whose id matches (repeatable)', collect)
    .option('--reporter <name or path>', 'write this form of the report into --out (repeatable)', collect)
    .option('-o, --out <path>', 'file to write to instead of stdout; with --reporter, a folder')
    .option('--since <report, baseline or ref>', 'what changed since that report, or since the one of a git commit')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  parity report
  parity report --model-card --case 'mine/*' --out parity.md
  parity report reports/verdicts.jsonl --reporter html,junit --out pages
  parity report --since main`,
    )
    .action(async (file: string | undefined, options: object) =>
      (await import('./report.js')).reportCommand(file, options),
    )

  program
    .command('merge')
    .description('make one report of the reports of all shards')
    .argument('<folders...>', 'what the shards wrote with --out')
    .addOption(new SettingOption('reporters'))
    .addOption(new SettingOption('out'))
    .addOption(new SettingOption('baseline'))
    .option('--no-baseline', 'do not say what changed')
    .addOption(new SettingOption('history'))
    .addOption(new SettingOption('failOn'))
    .addOption(new SettingOption('require'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  parity merge shards/1 shards/2 shards/3 --reporter terminal,html --out reports',
    )
    .action(async (folders: string[], options: object) => (await import('./merge.js')).mergeCommand(folders, options))

  program
    .command('accept')
    .description('accept the verdicts of a report, so that later runs say what changed since')
    .argument('[report]', 'report.json or verdicts.jsonl of a run (default: reports/report.json)')
    .addOption(
      new SettingOption('baseline', { description: 'file of accepted verdicts', defaultText: 'reports/baseline.json' }),
    )
    .option('-c, --case <pattern>', 'only verdicts on cases whose id matches (repeatable)', collect)
    .addOption(jsonOption())
    .addHelpText('after', "\nExamples:\n  parity accept\n  parity accept reports/report.json --case 'gemma4/e2b/*'")
    .action(async (file: string | undefined, options: object) =>
      (await import('./accept.js')).acceptCommand(file, options),
    )

  program
    .command('history')
    .description('add the measurements of a report to the history, one line a run')
    .argument('[report]', 'report.json or verdicts.jsonl of a run (default: reports/report.json)')
    .addOption(new SettingOption('history', { description: 'file to add to', defaultText: 'reports/history.jsonl' }))
    .option('--commit <sha>', 'the commit that was tested (default: that of the current folder)')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  parity history reports/report.json --commit 1a2b3c4')
    .action(async (file: string | undefined, options: object) =>
      (await import('./history.js')).historyCommand(file, options),
    )
}

function addCheckpoints(program: Command): void {
  program
    .command('probe')
    .description('run one source on one prompt, without a verdict')
    .argument('<source>', 'name[@version][:device][/dtype], for example onnxruntime:webgpu')
    .requiredOption('--checkpoint <folder>', 'the checkpoint, a folder or hub:OWNER/NAME@REVISION')
    .option('--tokens <ids>', 'the prompt as token ids, 3,4,5', append)
    .option('--text <text>', 'the prompt as plain text', append)
    .option('--chat <text>', 'the prompt as what a user says, or as a JSON list of messages', append)
    .option('--generate <count>', 'tokens to generate', '24')
    .option('--timeout <seconds>', 'how long the source may be silent', '300')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  parity probe onnxruntime:cpu --checkpoint ./my-gemma --tokens 2,7,9 --generate 24 --json
  parity probe onnxruntime:webgpu --checkpoint ./my-gemma --chat 'Why is the sky blue?'`,
    )
    .action(async (source: string, options: object) => (await import('./probe.js')).probeCommand(source, options))

  program
    .command('inspect')
    .description('show the tensors that a checkpoint lacks or has too many of, and which layers share keys and values')
    .argument('<folder>', 'the checkpoint, a folder or hub:OWNER/NAME@REVISION')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  parity inspect ./my-gemma')
    .action(async (folder: string, options: object) => (await import('./inspect.js')).inspectCommand(folder, options))

  const choice = (flag: string, description: string, choices: readonly string[]) =>
    new Option(flag, description).choices(choices)
  program
    .command('relayout')
    .description('write a checkpoint another way, with the same numbers; what is not named stays as it is')
    .argument('<source>', 'the checkpoint, a folder or hub:OWNER/NAME@REVISION')
    .argument('<destination>', 'folder to write')
    .addOption(
      choice('--layout <layout>', 'K/V tensors of shared layers: none, all, or every second layer’s', [
        'pruned',
        'redundant',
        'mixed',
      ]),
    )
    .addOption(choice('--dtype <dtype>', 'of every weight', ['float32', 'float16', 'bfloat16']))
    .option('--shards <count or size>', 'number of weights files, or the largest size of one: 5GB')
    .addOption(
      choice('--prefix <prefix>', 'of the names, and the class in config.json that goes with it', [
        'model.',
        'model.language_model.',
        'language_model.',
        '',
      ]),
    )
    .addOption(
      choice('--config <config>', 'per_layer_config, or global_head_dim and num_global_key_value_heads in its place', [
        'new',
        'old',
      ]),
    )
    .addOption(choice('--head <head>', 'lm_head.weight: none, or a tensor of its own', ['tied', 'untied']))
    .option('--drop-towers', 'leave out vision and audio tensors')
    .addOption(jsonOption())
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
}

function addCases(program: Command): void {
  program
    .command('init')
    .description('write a first case, with comments, for a checkpoint of yours')
    .argument('<checkpoint>', 'a folder, or hub:OWNER/NAME@REVISION')
    .option('--id <id>', 'id of the case (default: mine/, and the folder’s name)')
    .option('-o, --out <file>', 'file to write (default: cases/, and the folder’s name)')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  parity init ./my-gemma\n  parity init hub:google/gemma-4-E2B-it')
    .action(async (checkpoint: string, options: object) => (await import('./init.js')).initCommand(checkpoint, options))

  program
    .command('record')
    .description('record what transformers computes for the cases, in float64, float32 and bfloat16 (needs Python)')
    .option('-c, --case <pattern>', 'only cases whose id matches (repeatable)', collect)
    .option('-t, --tag <tag>', 'only cases with this tag (repeatable)', collect)
    .option('-s, --suite <name>', 'the cases of this suite (repeatable)', collect)
    .option('--check', 'record again, write nothing, and say what changed; exit 1 if something did')
    .option('--timeout <seconds>', 'how long transformers may be silent', '600')
    .addOption(jsonOption())
    .addHelpText('after', "\nExamples:\n  parity record --case 'gemma4/e2b/*'\n  parity record --check")
    .action(async (options: object) => (await import('./record.js')).recordCommand(options))
}

function addSetUp(program: Command): void {
  program
    .command('doctor')
    .description('show what this machine can run, and how to get the rest')
    .option('--install <source>', 'make the Python environment of a source: transformers, or mlx-lm[@version]')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  parity doctor\n  parity doctor --install transformers\n  parity doctor --install mlx-lm@0.31.2',
    )
    .action(async (options: object) => (await import('./doctor.js')).doctorCommand(options))

  const config = program
    .command('config')
    .description('show each setting, and whether a flag, a variable, the config or the default says so')
    .option('--show', 'the same; it is what the command does')
  for (const name of settingNames) if (flagOf(name) !== null) config.addOption(new SettingOption(name))
  config
    .option('--no-baseline', 'do not say what changed')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  parity config --show\n  PARITY_JOBS=2 parity config --engine oracle --json')
    .action(async (options: object) => (await import('./config.js')).configCommand(options))
}

function addWorkers(program: Command): void {
  program
    .command('check-worker')
    .description('check that a program of yours speaks the worker protocol, before it is an engine')
    .argument('<command...>', 'the program and its arguments; behind -- where they begin with a dash')
    .option('--checkpoint <folder>', 'the checkpoint, a folder or hub:OWNER/NAME@REVISION (default: a tiny one)')
    .option('--device <name>', 'what to ask for (default: the first that it names)')
    .option('--dtype <name>', 'what to ask for (default: the first that it names)')
    .option('--timeout <seconds>', 'how long it may be silent', '60')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  parity check-worker python worker.py
  parity check-worker --dtype bfloat16 --json -- ./my-engine --worker`,
    )
    .action(async (command: string[], options: object) =>
      (await import('./check-worker.js')).checkWorkerCommand(command, options),
    )
}
