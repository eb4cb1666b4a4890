import { element, foreign } from './element.js'

/** A command in a box, and a button that copies it just as it is. */
export function commandBox(command: string, label: string): HTMLElement {
  const code = element('code', { tabindex: 0, 'aria-label': label, role: 'group' }, foreign(command))
  const status = element('span', { class: 'copied', role: 'status' })
  const button = element('button', { type: 'button', class: 'copy' }, 'Copy')
  button.addEventListener('click', () => {
    void copy(command).then((isCopied) => {
      if (!isCopied) getSelection()?.selectAllChildren(code)
      status.textContent = isCopied ? 'copied' : 'selected: press Ctrl+C or ⌘C'
      setTimeout(() => {
        status.textContent = ''
      }, 4000)
    })
  })
  return element('div', { class: 'command' }, code, button, status)
}

/** Pages from a disk are not always given the clipboard, so the older way is tried too. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const area = element('textarea', { class: 'unseen', readonly: true, 'aria-hidden': 'true' })
  area.value = text
  const focused = document.activeElement
  document.body.append(area)
  area.select()
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- all there is where the clipboard's interface is refused
  const isCopied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return isCopied
}
