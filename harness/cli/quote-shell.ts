/** A word for a POSIX shell, in quotes where it needs them. */
export const quoteShell = (word: string): string =>
  /^[\w./:@,=+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
