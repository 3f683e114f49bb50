// @ts-check
/** Copies the page's address, the one that a button names, or any text; where the browser forbids the clipboard, selects it to copy by hand. */

/** @param {ParentNode} root */
export function start(root) {
  for (const button of root.querySelectorAll("[data-copy-link]")) {
    if (button instanceof HTMLButtonElement) button.onclick = () => copy(button.dataset.copyLink || location.href, button);
  }
}

/** @param {string} text @param {HTMLElement} button says that it is done, for a moment */
export async function copy(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    byHand(text);
  }
  button.textContent = button.dataset.done || before;
  setTimeout(() => { button.textContent = before; }, 1500);
}

/** On plain http there is no clipboard: a field with the text, selected and copied the old way. @param {string} text */
function byHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "vh";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
