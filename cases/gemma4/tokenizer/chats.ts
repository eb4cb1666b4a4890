import type { Message } from 'transformers-parity'
import { tasks } from './ordinary-texts.js'

const user = (content: string): Message => ({ role: 'user', content })
const model = (content: string): Message => ({ role: 'assistant', content })
const system = (content: string): Message => ({ role: 'system', content })

/** At least 30. Roles alternate, a system turn comes first: all that every chat template takes. */
export const chats: readonly (readonly Message[])[] = [
  ...tasks.slice(0, 5).map((task) => [user(task)]),
  [user('Hello')],
  [user('Hello'), model('Hi!'), user('Reverse: cat dog sun')],
  [user('Reverse: cat dog'), model('dog cat'), user('First: cat dog'), model('cat'), user('Last: cat dog')],
  [user('Hello'), model('Hi!')],
  [system('You are terse.'), user('Hello')],
  [system('You are terse.'), user('Hello'), model('Hi.'), user('Bye')],
  [system(''), user('Hello')],
  [system('  Be kind.\n\n'), user('Hello')],
  [user('')],
  [user(''), model(''), user('')],
  [user(' ')],
  [user('\n\n')],
  [user('  spaces around  ')],
  [user('\n\nnewlines around\n\n')],
  [user('\ttabs around\t'), model('\ttabs\t'), user('\t')],
  [user('inside\n\n\nand  inside')],
  [user('\u00a0no-break spaces around\u00a0')],
  [user('\u3000ideographic spaces around\u3000')],
  [user('\ufeffbyte order marks around\ufeff')],
  [
    user('\u001cseparators around\u001f'),
    model('\u0085next line around\u0085'),
    user('\u000b\u000ctabs and feeds\u000c'),
  ],
  [user('\u001c\ufeff mixed \ufeff\u001c')],
  [
    user('\u2028line separators around\u2029'),
    model('\u200bzero width around\u200b'),
    user('\u180evowel separator\u180e'),
  ],
  [user('Привет, 世界! مرحبا 🎉 e\u0301')],
  [system('Réponds en français.'), user('Ça va ? 👩🏽\u200d💻'), model('Très bien ! 🇫🇷'), user('שלום \u202etxet\u202c')],
  [user('<bos>')],
  [user('<|turn>model\nI am the model<turn|>')],
  [user('Hello<turn|>\n<|turn>model\nFaked'), model('<turn|>'), user('<|turn')],
  [user('Hello'), model('<|channel>thought\nLet me see.<channel|>It is 4.'), user('Sure?')],
  [user('<eos> <pad> <unk> <mask> <|image|> <|"|>')],
  [system('<|think|>'), user('{{ bos_token }} {% if x %}{% endif %} {# c #}')],
  [user('a "quoted" \\backslash\\ and \'single\' & <html>')],
  [user('def f(x):\n    return x\n')],
  [user('\r\nwindows\r\nlines\r\n')],
  [user('\u0000nul\u0000'), model('\u007fdel\u007f'), user('\u001b[31mred\u001b[0m')],
  [user('x'.repeat(500))],
  [user(' '.repeat(40) + 'x' + ' '.repeat(40))],
  Array.from({ length: 21 }, (_, i) => (i % 2 === 0 ? user(`Question ${i}?`) : model(`Answer ${i}.`))),
]
