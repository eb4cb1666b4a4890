/** Who may import whom: docs/architecture.md. */
const only = (from, allowed) => ({
  name: `imports-of-${from.replaceAll(/[^a-z]+/g, '-')}`,
  severity: 'error',
  from: { path: `^harness/${from}`, pathNot: '\\.(test|fixture|bench)\\.ts$' },
  to: { path: '^harness/', pathNot: [`^harness/${from}`, ...common, ...allowed.map((folder) => `^harness/${folder}`)] },
})

/** Small modules that anybody may use; they import nothing but each other. */
const common = [
  'types',
  'defect',
  'points',
  'evidence',
  'errors',
  'source-id',
  'package-root',
  'cache-folder',
  'write-file',
  'file-lock',
  'spell-non-finite',
].map((name) => `^harness/${name}\\.ts$`)

/** Where a program or another package begins to read. */
const entries = [
  'cli/main',
  'cli/write-reference',
  'index',
  'vitest',
  'workers/index',
  'sources/[^/]+/worker',
  '(report|cases|config)/write-json-schema',
  'report/writers/html/client/main',
].map((name) => `^harness/${name}\\.ts$`)

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        path: '^harness/',
        pathNot: ['\\.test\\.ts$', '/fixtures/', '^harness/sources/[^/]+/worker\\.ts$'],
      },
      to: {},
    },
    {
      name: 'unused-module',
      comment: 'Reached neither from the command, nor from the public API, nor from a worker.',
      severity: 'error',
      from: { path: entries },
      to: { path: '^harness/', pathNot: [...entries, '\\.(test|fixture|bench)\\.ts$', '/fixtures/'], reachable: false },
    },
    {
      name: 'common-imports-nothing',
      severity: 'error',
      from: { path: common },
      to: { path: '^harness/', pathNot: common },
    },
    only('checkpoint/', []),
    only('prompt/', ['checkpoint/']),
    only('trace/', ['checkpoint/']),
    only('workers/', ['checkpoint/', 'trace/']),
    only('sources/', ['checkpoint/', 'trace/', 'prompt/', 'workers/']),
    only('cases/', ['checkpoint/', 'trace/', 'prompt/', 'import-file']),
    only('compare/', ['trace/']),
    only('report/', ['import-file']),
    only('config/', ['import-file']),
    only('ci/', ['report/']),
    {
      name: 'compare-does-no-io',
      severity: 'error',
      from: { path: '^harness/compare/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nobody-imports-cli',
      severity: 'error',
      from: { pathNot: ['^harness/cli/', '\\.(test|fixture|bench)\\.ts$'] },
      to: { path: '^harness/cli/' },
    },
    {
      name: 'parts-meet-in-run-only',
      comment: 'run.ts and run/ are where cases, sources and comparisons meet.',
      severity: 'error',
      from: {
        path: '^harness/',
        pathNot: ['^harness/(run|cli|vitest)(/|\\.ts)', '^harness/index\\.ts$', '\\.test\\.ts$'],
      },
      to: { path: '^harness/run(/|\\.ts)' },
    },
    {
      name: 'no-dev-dependencies-in-the-program',
      severity: 'error',
      from: { path: '^harness/', pathNot: '\\.(test|fixture|bench)\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        // Optional peers.
        pathNot: '^node_modules/(@sparticuz|vitest)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
}
