// @ts-check
/** Keys that the page's roles promise: Space on links that act as buttons or switches, arrows in a menu. */

let listening = false;

export function start() {
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", (event) => {
    if (!(event.target instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.matches("a[role=button], a[role=switch]")) {
      event.preventDefault(); // a link would scroll the page
      event.target.click();
    }
    const menu = event.target.closest(".menu:popover-open");
    if (menu) walk(event, [...menu.querySelectorAll("a[href], button:not(:disabled)")]);
  });
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLElement) || !menu.matches(".menu:popover-open")) return;
    const opener = document.querySelector(`[popovertarget="${menu.id}"]`);
    if (opener === document.activeElement && opener?.matches(":focus-visible")) focus(menu.querySelector("a[href], button"));
  }, true);
}

/** @param {KeyboardEvent} event @param {Element[]} items */
function walk(event, items) {
  const at = items.indexOf(/** @type {Element} */ (event.target));
  const last = items.length - 1;
  const next = /** @type {Record<string, number>} */ ({ ArrowDown: at < last ? at + 1 : 0, ArrowUp: at > 0 ? at - 1 : last, Home: 0, End: last })[event.key];
  if (next === undefined) return;
  event.preventDefault();
  focus(items[next]);
}

/** @param {Element | null | undefined} item */
function focus(item) {
  if (item instanceof HTMLElement) item.focus();
}
