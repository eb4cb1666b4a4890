import { z } from 'zod'
import { persist, type Call } from './github-api.js'

const commentSchema = z.object({
  id: z.int().positive(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullable(),
})

const pageSize = 100

export interface CommentTarget {
  /** `OWNER/NAME` */
  readonly repository: string
  readonly pullRequest: number
  readonly marker: string
  /** Who wrote the comment that may be changed: somebody else's with the same marker is left alone. */
  readonly author: string
}

/**
 * Writes the one comment of ours under a pull request: changes it if it is there, else creates it. What a passing
 * refusal interrupts starts with another look, so that a comment created by a request that seemed to fail is found.
 */
export function upsertComment(call: Call, target: CommentTarget, body: string): Promise<'created' | 'updated'> {
  const comments = `/repos/${target.repository}/issues/${target.pullRequest}/comments`
  return persist(async () => {
    const own = await findComment(call, comments, target)
    if (own === null) await call('POST', comments, { body })
    else await call('PATCH', `/repos/${target.repository}/issues/comments/${own}`, { body })
    return own === null ? 'created' : 'updated'
  })
}

async function findComment(call: Call, comments: string, { marker, author }: CommentTarget): Promise<number | null> {
  for (let page = 1; ; page++) {
    const found = z.array(commentSchema).parse(await call('GET', `${comments}?per_page=${pageSize}&page=${page}`))
    const own = found.find(({ body, user }) => user?.login === author && body?.startsWith(`${marker}\n`) === true)
    if (own !== undefined) return own.id
    if (found.length < pageSize) return null
  }
}
