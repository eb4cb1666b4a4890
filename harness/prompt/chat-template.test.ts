import { describe, expect, it } from 'vitest'
import { compileChatTemplate } from './chat-template.js'

const render = (template: string, contents: readonly string[] = ['hi'], limitMs?: number) =>
  compileChatTemplate(
    template,
    { bos_token: '<bos>', x_token: '<x>' },
    'FILE',
    limitMs,
  )(
    contents.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
    true,
  )

describe('a template', () => {
  it.each([
    ['{% if true %}\n  a\n  {% endif %}\nb\n', '  a\nb'],
    ['{% if true %}\r\na{% endif %}\r\n', 'a'],
    ['{{ bos_token }}{{ x_token }}{{ tools is none }}{{ add_generation_prompt }}', '<bos><x>truetrue'],
    ['{{ messages | tojson }}', '[{"role": "user", "content": "hi"}]'],
    ['{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}', '531'],
    ["{{ strftime_now('%Y') | length }}{{ strftime_now('100%%') }}", '4100%'],
    ["{%- macro f(a) -%}[{{ a | trim }}]{%- endmacro -%}{{ f(' x ') }}", '[x]'],
  ])('%j', (template, rendered) => {
    expect(render(template)).toBe(rendered)
  })
})

describe('trims as Python does', () => {
  const trim = '{{ messages[0].content | trim }}|{{ messages[0].content.strip() }}'

  it.each([
    ['\x1c\x85 a\x1fb \x1e', 'a\x1fb|a\x1fb'],
    ['\uFEFFa\uFEFF', '\uFEFFa\uFEFF|\uFEFFa\uFEFF'],
    [' \u2000\u3000a\n', 'a|a'],
    ['\u200ba\u180e', '\u200ba\u180e|\u200ba\u180e'],
    ['\x1c\uFEFF\u2000 a \u2001\x1c', '\uFEFF\u2000 a|\uFEFF\u2000 a'],
  ])('%j', (content, rendered) => {
    expect(render(trim, [content])).toBe(rendered)
  })

  it('or says that it cannot', () => {
    const every = '\x1c\x1d\x1e\x1f\x85\f\v\u1680\u2028\u2029\u202F\u205F\u3000'
    const spaces = Array.from({ length: 11 }, (_, i) => String.fromCharCode(0x2000 + i)).join('')
    expect(() => render(trim, [every + spaces])).toThrow('use too many kinds of whitespace')
  })
})

describe('a template that', () => {
  const error = (template: string, limitMs?: number): unknown => {
    try {
      return render(template, ['hi'], limitMs)
    } catch (thrown) {
      return thrown
    }
  }

  it('refuses the messages is quoted, harmlessly', () => {
    const message = 'the chat template refuses the messages: no \\u001b[31m \\u202e'
    expect(error("{{ raise_exception('no \x1b[31m \u202e') }}")).toMatchObject({ code: 'PARITY_USAGE', message })
  })

  it.each([
    ['is none', '{% if %}', 'FILE: the chat template fails: '],
    ['calls what there is not', '{{ open("/etc/passwd") }}', 'FILE: the chat template fails: '],
    ['has a filter of its own', '{{ messages | steal }}', 'Unknown ArrayValue filter: steal'],
    ['counts without end', '{{ range(100001) }}', 'range() of 100001 numbers, over the limit of 100000'],
    ['counts in place', '{{ range(1, 2, 0) }}', 'range() of Infinity numbers'],
    [
      'writes without end',
      `${'{% for i in range(100000) %}'.repeat(1)}${'x'.repeat(200)}{% endfor %}`,
      'writes 20000000 characters',
    ],
    ['nests too deep', `{{ ${'('.repeat(50_000)} }}`, 'FILE: the chat template fails: '],
  ])('%s fails', (_, template, message) => {
    expect(error(template)).toMatchObject({
      code: 'PARITY_CHECKPOINT',
      message: expect.stringContaining(message) as string,
    })
  })

  it('loops without end is stopped', () => {
    const loop = '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}'
    const message = 'FILE: the chat template fails: was stopped after 100 ms'
    expect(error(loop, 100)).toMatchObject({ code: 'PARITY_CHECKPOINT', message })
  })
})
