// @ts-check
/** Marks a layer's lines in all three scripts, switches scripts where only one fits, and copies them. */
import { copy } from "./copy.js";

const scripts = document.querySelector("[data-code]");
if (scripts instanceof HTMLElement) {
  for (const kind of ["pointerover", "focusin"]) scripts.addEventListener(kind, (event) => point(event.target));
  for (const kind of ["pointerleave", "focusout"]) scripts.addEventListener(kind, () => mark(pinned()));
  addEventListener("hashchange", () => point(null));
  for (const tab of document.querySelectorAll("[data-code-tab]")) tab.addEventListener("click", (event) => open(event, tab));
  for (const button of document.querySelectorAll("[data-code-copy]")) {
    const text = button.closest("[data-script]")?.querySelector("pre")?.textContent || "";
    if (button instanceof HTMLElement) button.addEventListener("click", () => copy(text, button));
  }
  point(null);
}

/** @param {EventTarget | null} place @returns {string} the layer whose line it is in, or the pinned one */
function layerOf(place) {
  const line = place instanceof Element ? place.closest("[data-layer]") : null;
  return line?.getAttribute("data-layer") || pinned();
}

/** @returns {string} the layer in the address, "" for none */
function pinned() {
  return /^#\w+-(\d+)$/.exec(location.hash)?.[1] || "";
}

/** Mark the layer pointed at, in sight in the other scripts too. @param {EventTarget | null} place */
function point(place) {
  const layer = layerOf(place);
  mark(layer);
  for (const text of document.querySelectorAll("[data-script] > pre")) {
    if (!(place instanceof Node && text.contains(place))) reveal(text, layer);
  }
}

/** Scroll a script, and nothing around it, to a layer's statement. @param {Element} text @param {string} layer */
function reveal(text, layer) {
  const line = text.querySelector(`.code-line[id][data-layer="${layer}"]`);
  if (!line) return;
  const [box, at] = [text.getBoundingClientRect(), line.getBoundingClientRect()];
  if (at.top < box.top || at.bottom > box.bottom) text.scrollTop += at.top - box.top - box.height / 2;
}

/** @param {string} layer */
function mark(layer) {
  for (const line of document.querySelectorAll(".code-line[data-layer]")) {
    line.classList.toggle("marked", line.getAttribute("data-layer") === layer);
  }
}

/** Show one script, in the address too. @param {Event} event @param {Element} tab */
function open(event, tab) {
  event.preventDefault();
  const name = tab.getAttribute("data-code-tab") || "";
  scripts?.setAttribute("data-shown", name);
  for (const other of document.querySelectorAll("[data-code-tab]")) {
    if (other === tab) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  const here = new URL(location.href);
  here.searchParams.set("framework", name);
  history.replaceState(history.state, "", here);
  point(null);
}
