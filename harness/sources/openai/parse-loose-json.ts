const stringsAndNonFinite = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g

/** JSON as Python writes it, where NaN and infinities may stand bare: they become strings. @throws SyntaxError */
export function parseLooseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const spelt = text.replaceAll(stringsAndNonFinite, (found) => (found.startsWith('"') ? found : `"${found}"`))
    if (spelt === text) throw error
    return JSON.parse(spelt)
  }
}
