// @ts-check
/** Places an opened popover under the button that opened it, inside the window; a menu closes on a choice. */

let listening = false;
/** @type {Element | null} */
let opener = null;

export function start() {
  if (listening) return;
  listening = true;
  document.addEventListener("click", (event) => {
    opener = event.target instanceof Element ? event.target.closest("[popovertarget]") : null;
  }, true);
  document.addEventListener("click", (event) => {
    const chosen = event.target instanceof Element ? event.target.closest("a") : null;
    const menu = chosen?.closest(".menu:popover-open");
    if (menu instanceof HTMLElement) menu.hidePopover(); // what was chosen replaces the page under it
  });
  document.addEventListener("toggle", (event) => {
    const panel = event.target;
    if (panel instanceof HTMLElement && panel.matches(":popover-open")) place(panel);
  }, true);
}

/** @param {HTMLElement} panel */
function place(panel) {
  const button = opener?.getAttribute("popovertarget") === panel.id
    ? opener
    : document.querySelector(`[popovertarget="${panel.id}"]`);
  if (!button) return;
  const at = button.getBoundingClientRect();
  const left = Math.min(at.left, innerWidth - panel.offsetWidth - 8);
  const top = Math.min(at.bottom + 4, innerHeight - panel.offsetHeight - 8);
  panel.style.left = `${Math.max(8, left)}px`;
  panel.style.top = `${Math.max(8, top)}px`;
}
