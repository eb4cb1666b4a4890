import type { Session } from '../types.js'

/** Uses a session and ends it, whatever happens. */
export async function withSession<T>(session: Session, use: (session: Session) => Promise<T>): Promise<T> {
  await using opened = session
  return await use(opened)
}
