import { z } from 'zod'
import { sourceAliases, type SourceAlias } from './source-aliases.js'
import { settingNames, settings, type RunSettings } from './settings.js'

/** What `parity.config.ts` may hold: any of the settings, and sources of one's own. Paths are relative to the file. */
export type Config = Partial<RunSettings> & { readonly sources?: Readonly<Record<string, SourceAlias>> }

/** Each field may be left out; others are refused. */
export const configSchema = z.strictObject({
  /** Editors look for it in JSON files. */
  $schema: z.string().optional(),
  sources: sourceAliases.optional(),
  ...Object.fromEntries(settingNames.map((name) => [name, settings[name].schema.optional()])),
})

/** JSON Schema of a config file, for editors. */
export function configJsonSchema(): object {
  const described = settingNames.map((name) => {
    const { schema, description, defaultText, variable } = settings[name]
    return [name, schema.optional().describe(`${description}. Default: ${defaultText}. Variable: ${variable}.`)]
  })
  return z.toJSONSchema(configSchema.extend(Object.fromEntries(described)))
}
