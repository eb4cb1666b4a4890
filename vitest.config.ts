import { defineConfig } from 'vitest/config'

/** Unit tests stand beside the source; the others say in their name what they need. */
const kinds = ['parity', 'program', 'python', 'browser'] as const
const filesOf = (kind: string) => `harness/**/*.${kind}.test.ts`

export default defineConfig({
  test: {
    // Most tests wait for processes of their own, so that no processor is kept back for Vitest.
    maxWorkers: '100%',
    projects: [
      { test: { name: 'unit', include: ['harness/**/*.test.ts'], exclude: kinds.map(filesOf), testTimeout: 30_000 } },
      // Real checkpoints through real engines, in processes of their own.
      ...kinds.map((kind) => ({
        test: {
          name: kind,
          include: [filesOf(kind)],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // The first start of Chromium unpacks it, which must not happen twice at once.
          fileParallelism: kind !== 'browser',
        },
      })),
    ],
  },
})
