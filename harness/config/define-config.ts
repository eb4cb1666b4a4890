import type { Config } from './config-schema.js'

/** Gives a config file completion and type checks; returns what it is given. */
export const defineConfig = (config: Config): Config => config
