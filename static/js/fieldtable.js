// @ts-check
/** Copies the table of receptive fields as text with tabs; where copying is forbidden, selects it. */

let listening = false;

export function start() {
  if (listening) { return; }
  listening = true;
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-copy-fields]") : null;
    const table = button?.closest("[data-fields]")?.querySelector("table");
    if (button instanceof HTMLElement && table) { copy(table, button); }
  });
}

/** @param {HTMLTableElement} table @returns {string} */
function asText(table) {
  return [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent?.trim().replace(/\s+/g, " ")).join("\t")).join("\n");
}

/** @param {HTMLTableElement} table @param {HTMLElement} button */
async function copy(table, button) {
  const label = button.dataset.label ??= button.textContent ?? "";
  try {
    await navigator.clipboard.writeText(asText(table)); // on plain http there is no clipboard
    button.textContent = button.dataset.done ?? label;
  } catch {
    getSelection()?.selectAllChildren(table);
    button.textContent = button.dataset.selected ?? label;
  }
  setTimeout(() => { button.textContent = label; }, 2500);
}
