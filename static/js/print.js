// @ts-check
/** The button that prints a page; without scripts the browser's own menu does. */

export function start() {
  for (const button of document.querySelectorAll("[data-print]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    button.hidden = false;
    button.onclick = () => print();
  }
}
