/** `parity ci`: what the steps of a workflow do, so that no logic stands in YAML or shell. */
import { Option, type Command } from 'commander'
import { SettingOption } from './options.js'

const branch = () => new Option('--branch <name>', 'the branch').default('badges')

/** Adds `parity ci` and its commands. */
export function registerCi(program: Command): void {
  const ci = program
    .command('ci')
    .description('the steps of the GitHub Action: run, publish, comment, decide (docs/ci.md)')
    .addHelpText(
      'after',
      `
A report that is not named is the one that parity ci run wrote.

Examples:
  INPUT_ENGINE=onnxruntime:cpu parity ci run
  parity ci summary reports/report.json
  parity ci gate --fail-on regressed`,
    )

  ci.command('run')
    .description('parity run with the inputs of the Action (variables INPUT_ENGINE, INPUT_CASES, …); writes outputs')
    .action(async () => (await import('./ci/run.js')).ciRunCommand())

  ci.command('summary [report]')
    .description('append the report to the summary of the step')
    .action(async (file: string | undefined) => (await import('./ci/summary.js')).ciSummaryCommand(file))

  ci.command('outputs [report]')
    .description('write counts of outcomes and changes as outputs of the step')
    .action(async (file: string | undefined) => (await import('./ci/summary.js')).ciOutputsCommand(file))

  ci.command('comment [report]')
    .description('write the report under the pull request of the event, into one comment that later runs change')
    .option('--name <name>', 'which comment, where a repository has several', 'report')
    .option('--author <login>', 'whose comment may be changed: the owner of GITHUB_TOKEN', 'github-actions[bot]')
    .action(async (file: string | undefined, options: object) =>
      (await import('./ci/comment.js')).ciCommentCommand(file, options),
    )

  ci.command('gate [report]')
    .description('end with the exit code of the report’s verdicts')
    .addOption(new SettingOption('failOn'))
    .addOption(new SettingOption('baseline', { description: 'accepted verdicts, which --fail-on regressed forgives' }))
    .option('--no-baseline', 'forgive nothing')
    .addOption(new SettingOption('require'))
    .action(async (file: string | undefined, options: object) =>
      (await import('./ci/gate.js')).ciGateCommand(file, options),
    )

  ci.command('badges <report-folder> <folder>')
    .description('copy the badges of a report into a folder, and remove stale ones of earlier reports')
    .action(async (reportFolder: string, folder: string) =>
      (await import('./ci/branch.js')).ciBadgesCommand(reportFolder, folder),
    )

  ci.command('open-branch <folder>')
    .description('check a branch of published files out into a new folder; one that does not exist begins empty')
    .addOption(branch())
    .action(async (folder: string, options: object) =>
      (await import('./ci/branch.js')).ciOpenBranchCommand(folder, options),
    )

  ci.command('push-branch <folder>')
    .description('commit and push what changed in such a folder')
    .addOption(branch())
    .option('--message <text>', 'of the commit', 'Badges and history')
    .action(async (folder: string, options: object) =>
      (await import('./ci/branch.js')).ciPushBranchCommand(folder, options),
    )
}
