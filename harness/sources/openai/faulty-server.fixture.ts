/** A server behind OpenAI's interface that answers soundly, or with one fault. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly model: string
  readonly prompt: readonly number[] | string
  readonly max_tokens: number
  readonly logprobs: number
}

type Answer = (response: ServerResponse, asked: Asked, times: number, request: IncomingMessage) => void

const send = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
const refuse = (response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}) =>
  send(response, status, JSON.stringify({ error: { message } }), headers)

/** Tokens 7, 8, 9 … by turns, each with two candidates. */
export function sound({ prompt, max_tokens }: Asked) {
  const tokens = Array.from({ length: max_tokens }, (_, i) => 7 + i)
  return {
    choices: [
      {
        text: 'x',
        finish_reason: 'length',
        logprobs: {
          tokens: tokens.map((id) => `token_id:${id}`),
          token_logprobs: tokens.map(() => -0.25),
          top_logprobs: tokens.map((id) => ({ [`token_id:${id}`]: -0.25, [`token_id:${id + 1}`]: -2 })),
        },
      },
    ],
    usage: { prompt_tokens: prompt.length, completion_tokens: max_tokens },
  }
}
const answer = (response: ServerResponse, document: unknown) => send(response, 200, JSON.stringify(document))
const change = (alter: (document: ReturnType<typeof sound>) => unknown): Answer => {
  return (response, asked) => answer(response, alter(sound(asked)))
}

/** What may be wrong with `/v1/completions`. */
export const faults = {
  none: change((document) => document),
  'always 500': (response) => refuse(response, 500, 'out of order'),
  '500 twice': (response, asked, times) =>
    times <= 2 ? refuse(response, 500, 'out of order') : answer(response, sound(asked)),
  'retry after 1 s': (response, asked, times) =>
    times === 1 ? refuse(response, 429, 'slow down', { 'retry-after': '1' }) : answer(response, sound(asked)),
  'retry after an hour': (response) => refuse(response, 429, 'slow down', { 'retry-after': '3600' }),
  hang: () => undefined,
  trickle: (response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write(' '), 100)
    response.once('close', () => {
      clearInterval(timer)
    })
  },
  cut: (response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"choices":')
    setTimeout(() => response.destroy(), 20)
  },
  'no JSON': (response) => send(response, 200, '<html>'),
  'no such model': (response, { model }) => refuse(response, 404, `The model ${model} does not exist.`),
  unauthorised: (response, _, __, { headers }) =>
    refuse(response, 401, `Incorrect API key provided: ${headers.authorization ?? 'none'}`),
  redirect: (response) => send(response, 307, '', { location: 'http://elsewhere.invalid/v1/completions' }),
  'no log-probabilities': change(({ choices: [choice], usage }) => ({
    choices: [{ ...choice, logprobs: null }],
    usage,
  })),
  'fewer log-probabilities': (response, asked) => {
    const document = sound(asked)
    if (asked.max_tokens > 1) document.choices[0].logprobs.top_logprobs.pop()
    answer(response, document)
  },
  NaN: (response, asked) => send(response, 200, JSON.stringify(sound(asked)).replaceAll('-0.25', 'NaN')),
  'another prompt': change(({ usage, ...rest }) => ({
    ...rest,
    usage: { ...usage, prompt_tokens: usage.prompt_tokens + 1 },
  })),
  'outside the vocabulary': change(
    (document) => JSON.parse(JSON.stringify(document).replaceAll('token_id:7"', 'token_id:999999"')) as unknown,
  ),
  'stops early': (response, asked) => answer(response, sound({ ...asked, max_tokens: 1 })),
  'never goes on': (response, asked, times) => answer(response, sound({ ...asked, max_tokens: times <= 2 ? 1 : 0 })),
  'one too many': (response, asked) =>
    answer(response, sound({ ...asked, max_tokens: asked.max_tokens === 1 ? 1 : asked.max_tokens + 1 })),
  'five at most': (response, asked) =>
    asked.logprobs > 5 ? refuse(response, 400, 'logprobs: at most 5') : answer(response, sound(asked)),
} satisfies Record<string, Answer>
export type Fault = keyof typeof faults

export interface FaultyServer extends AsyncDisposable {
  readonly url: string
  /** Requests for completions. */
  readonly asked: readonly Asked[]
  /** When they came, in milliseconds. */
  readonly times: readonly number[]
}

export async function startFaultyServer(fault: Fault): Promise<FaultyServer> {
  const asked: Asked[] = []
  const times: number[] = []
  const server = createServer((request, response) => {
    if (request.url === '/v1/models') {
      send(response, 200, JSON.stringify({ data: [{ id: 'tiny' }] }))
      return
    }
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.once('end', () => {
      asked.push(JSON.parse(body) as Asked)
      times.push(Date.now())
      const act: Answer = faults[fault]
      act(response, asked[asked.length - 1], asked.length, request)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    times,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
