/** Commands that say where and since when an engine errs, and that prove that the harness finds it. */
import { Option, type Command } from 'commander'
import { collect, configOption, jsonOption, SettingOption } from './options.js'

export function registerProof(program: Command): void {
  addProof(program)
  addMuseum(program)
}

function addProof(program: Command): void {
  program
    .command('bisect')
    .description(
      'find where an engine’s error starts: layer and part, shortest prompt, or the mistake that explains it',
    )
    .requiredOption('-e, --engine <source>', 'the engine')
    .requiredOption('-c, --case <id>', 'the case', collect)
    .addOption(
      new Option(
        '--by <what>',
        'what to look for (default: layers where the engine gives hidden states, else prompt and hypothesis)',
      ).choices(['layers', 'prompt', 'hypothesis']),
    )
    .option('--defect <name>', 'plant a defect in the built-in engine, to see the bisection find it')
    .addOption(
      new SettingOption('reference', {
        defaultText: 'by layers the oracle; else recorded, else transformers, else the oracle',
      }),
    )
    .addOption(new SettingOption('jobs'))
    .addOption(new SettingOption('timeout'))
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  parity bisect --case gemma4/e4b-fine-tuned/old-config --engine mlx-lm
  parity bisect --case gemma4/e4b-fine-tuned/old-config --engine llama-cpp --by hypothesis
  parity bisect --case gemma4/e2b/pruned --engine onnxruntime:cpu --defect donor-swapped`,
    )
    .action(async (options: object) => (await import('./bisect.js')).bisectCommand(options))

  program
    .command('bisect-version')
    .description('find the release of an engine that broke a case, or mended it')
    .requiredOption('-e, --engine <source>', 'the engine, without a version: mlx-lm, or mlx-lm:cpu/bfloat16')
    .requiredOption('--good <version>', 'a version that passes')
    .requiredOption('--bad <version>', 'a version that does not; older or newer')
    .requiredOption('-c, --case <id>', 'the case', collect)
    .option('--versions <list>', 'look among these only, and ask no registry: 0.31.2,0.31.3', collect)
    .addOption(new SettingOption('reference'))
    .addOption(new SettingOption('timeout'))
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  parity bisect-version --engine mlx-lm --good 0.31.2 --bad 0.31.3 --case gemma4/e4b-abliterated/redundant-old-config
  parity bisect-version --engine transformers --good 5.6.2 --bad 5.5.0 --case mine/first --versions 5.5.4,5.6.0`,
    )
    .action(async (options: object) => (await import('./bisect-version.js')).bisectVersionCommand(options))

  program
    .command('defects')
    .description('plant every known mistake in the built-in engine, and see that the verdict finds it')
    .option('--filter <pattern>', 'only defects whose id matches; * stands for anything (repeatable)', collect)
    .option('--engine <source>', 'the built-in engine, on the device to plant them on', 'onnxruntime:cpu')
    .option('--generate <count>', 'tokens to generate, fewer than the cases say')
    .option('--bisect', 'also bisect each defect that is caught, and see that its layer and part are named')
    .option('--jobs <count>', 'defects under way at once (default: the processors, at most 4)')
    .option('--timeout <seconds>', 'how long an engine may be silent', '300')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  parity defects
  parity defects --filter 'router-*' --json
  parity defects --bisect
  parity defects --engine onnxruntime:webgpu --generate 4`,
    )
    .action(async (options: object) => (await import('./defects.js')).defectsCommand(options))

  program
    .command('soak')
    .description('random prompts through a clean engine: how often a verdict fails that should not (needs Python)')
    .option('-c, --case <pattern>', 'only the checkpoints of cases whose id matches (repeatable)', collect)
    .option('--engine <source>', 'the engine, which must be right', 'onnxruntime:cpu')
    .option('--count <count>', 'comparisons, at least', '1000')
    .option('--seed <number>', 'the same one gives the same prompts', '1')
    .option('--jobs <count>', 'checkpoints under way at once (default: the processors, at most 4)')
    .option('--timeout <seconds>', 'how long a source may be silent', '300')
    .option('--write <file>', 'put the figures into a Markdown file, between <!-- soak ENGINE --> and <!-- end -->')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  parity soak --count 1000 --seed 7
  parity soak --case 'gemma4/e2b/*' --engine onnxruntime:webgpu --count 40 --json`,
    )
    .action(async (options: object) => (await import('./soak.js')).soakCommand(options))
}

function addMuseum(program: Command): void {
  program
    .command('museum')
    .description('run regressions that really shipped: each release that has one must be caught, for the right reason')
    .option('-c, --case <pattern>', 'only exhibits whose id matches (repeatable)', collect)
    .option('--install', 'make the environments of their engines first')
    .option('--require', 'exit with 3 where this machine lacks an engine')
    .option('--write <file>', 'write the page of the museum, as docs/museum.md is')
    .addOption(jsonOption())
    .addHelpText('after', "\nExamples:\n  parity museum --install\n  parity museum --case 'museum/mlx-lm/*'")
    .action(async (options: object) => (await import('./museum.js')).museumCommand(options))
}
