// @ts-check
/** A term's meaning beside its link, on hover and on focus; Escape closes it, and the pointer may move onto it. */

const WAIT = 250; // ms: a pointer that passes opens nothing
/** @type {HTMLElement | null} */
let box = null;
/** @type {HTMLElement | null} */
let shown = null;
let timer = 0;
let listening = false;

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
function termOf(target) {
  const link = target instanceof Element ? target.closest("a[data-term]") : null;
  return link instanceof HTMLElement ? link : null;
}

/** @param {HTMLElement} link */
function show(link) {
  clearTimeout(timer);
  if (shown === link) return;
  hide();
  if (link.title) {
    link.dataset.says = link.title;
    link.removeAttribute("title"); // the box says it now
  }
  box ??= document.body.appendChild(Object.assign(document.createElement("div"), { id: "term-says", className: "term-says" }));
  box.setAttribute("role", "tooltip");
  box.textContent = link.dataset.says ?? "";
  box.hidden = false;
  link.setAttribute("aria-describedby", box.id);
  shown = link;
  const at = link.getBoundingClientRect();
  const below = at.bottom + box.offsetHeight + 8 < innerHeight;
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
  box.style.top = `${below ? at.bottom + 4 : at.top - box.offsetHeight - 4}px`;
}

function hide() {
  clearTimeout(timer);
  shown?.removeAttribute("aria-describedby");
  shown = null;
  if (box) box.hidden = true;
}

export function start() {
  if (listening) return;
  listening = true;
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return; // a tap follows the link
    const link = termOf(event.target);
    clearTimeout(timer);
    if (link) timer = window.setTimeout(() => show(link), WAIT);
    else if (shown && event.target !== box) timer = window.setTimeout(hide, WAIT);
  });
  document.addEventListener("focusin", (event) => {
    const link = termOf(event.target);
    if (link?.matches(":focus-visible")) show(link);
    else hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !shown) return;
    event.preventDefault();
    hide();
  }, true);
  document.addEventListener("scroll", hide, { capture: true, passive: true });
  document.addEventListener("htmx:after:swap", hide);
}
