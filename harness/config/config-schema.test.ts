import { describe, expect, it } from 'vitest'
import { configJsonSchema, configSchema } from './config-schema.js'
import { settingNames } from './settings.js'

const schema = configJsonSchema() as {
  properties: Record<string, object>
  additionalProperties: boolean
  required?: string[]
}

describe('the JSON Schema of a config', () => {
  it('knows every setting, needs none and refuses others', () => {
    expect(Object.keys(schema.properties)).toEqual(['$schema', 'sources', ...settingNames])
    expect(schema.additionalProperties).toBe(false)
    expect(schema.required).toBe(undefined)
  })

  it('describes a field with its values, default and variable', () => {
    expect(schema.properties.failOn).toMatchInlineSnapshot(`
      {
        "description": "on which verdicts to exit 1: bad, drifted (those too), regressed (bad and not accepted as such), never. Default: bad. Variable: PARITY_FAIL_ON.",
        "enum": [
          "bad",
          "drifted",
          "regressed",
          "never",
        ],
        "type": "string",
      }
    `)
    expect(schema.properties.jobs).toMatchInlineSnapshot(`
      {
        "anyOf": [
          {
            "maximum": 999999999,
            "minimum": 1,
            "type": "integer",
          },
          {
            "type": "null",
          },
        ],
        "description": "verdicts under way at once. Default: one a processor, at most 4. Variable: PARITY_JOBS.",
      }
    `)
  })
})

it('a config may turn the baseline off, and hold nothing', () => {
  expect(configSchema.safeParse({}).success).toBe(true)
  expect(configSchema.safeParse({ baseline: null }).success).toBe(true)
  expect(configSchema.safeParse({ timeout: null }).success).toBe(false)
})
