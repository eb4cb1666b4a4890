const english = (date: Date, options: Intl.DateTimeFormatOptions) => date.toLocaleDateString('en-US', options)
const two = (value: number) => String(value).padStart(2, '0')

/** By letter, what Python's `strftime` writes for the local time in the C locale. */
const directives: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getFullYear()),
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  d: (date) => two(date.getDate()),
  B: (date) => english(date, { month: 'long' }),
  b: (date) => english(date, { month: 'short' }),
  A: (date) => english(date, { weekday: 'long' }),
  a: (date) => english(date, { weekday: 'short' }),
  H: (date) => two(date.getHours()),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  '%': () => '%',
}

/** Python's `strftime` for the directives that chat templates use. Throws for others. */
export const formatTime = (date: Date, format: string): string =>
  format.replaceAll(/%(.)/g, (all, letter: string) => {
    const directive = directives[letter]
    if (directive === undefined) throw new Error(`strftime_now('${all}') is not known here`)
    return directive(date)
  })
