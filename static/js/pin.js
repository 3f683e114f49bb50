// @ts-check
/** The pinned cell's two homes outside the script: the address, and the card that the server writes. */

import { writePlace } from "./stages.js";

/** @typedef {import('./stages.js').Place} Place */

const REST = 150; // ms without a further pin before the server is asked: a held key or finger pins many
/** @type {AbortController | null} */
let asked = null;
let timer = 0;

/** @param {string} address @param {Place | null} pin */
function withPlace(address, pin) {
  const url = new URL(address, location.href);
  const query = url.search.slice(1).split("&").filter((pair) => pair && !/^(at|step)=/.test(pair));
  if (pin) { query.push(`at=${writePlace(pin)}`); }
  url.search = query.length ? `?${query.join("&")}` : "";
  return url.pathname + url.search + url.hash;
}

/** Let every link and form of the lab lead on with the pinned cell. @param {Place | null} pin */
function carry(pin) {
  for (const link of document.querySelectorAll('a[href^="/?"]:not([data-open-channel]), a[href^="/edit?"], .top a[href^="/?"]')) {
    if (link.closest("#cell, [data-fixed], .scene:not([data-stack])")) { continue; } // of another scene
    link.setAttribute("href", withPlace(link.getAttribute("href") ?? "", pin));
  }
  for (const form of document.querySelectorAll('#main form[method="get"]')) {
    const field = form.querySelector('input[name="at"]');
    if (field && !pin) { field.remove(); }
    if (!pin) { continue; }
    const kept = field ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "at" }));
    kept.setAttribute("value", writePlace(pin));
  }
}

/**
 * Write the pin into the address, and ask for its card.
 * @param {Place | null} pin @param {(card: Element | null) => void} arrived with null when the server cannot be reached
 */
export function keep(pin, arrived) {
  clearTimeout(timer);
  asked?.abort();
  const stack = document.querySelector("[data-stack]");
  if (stack instanceof HTMLElement) { stack.dataset.pin = pin ? writePlace(pin) : ""; } // edits take it from here
  timer = window.setTimeout(async () => {
    history.replaceState(history.state, "", withPlace(location.href, pin));
    carry(pin);
    const holder = document.getElementById("cell"), scene = document.querySelector("[data-stack]")?.getAttribute("data-scene");
    if (!holder || scene === null || scene === undefined) { return; }
    asked = new AbortController();
    const { signal } = asked;
    try {
      const address = withPlace(`/cell?${scene}&lang=${document.documentElement.lang}`, pin);
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal });
      if (!answer.ok) { throw new Error(String(answer.status)); }
      const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("cell");
      if (!part || signal.aborted) { return; }
      document.getElementById("cell")?.replaceWith(part);
      // @ts-ignore htmx is loaded by its own script element
      window.htmx?.process(part);
      arrived(part);
    } catch {
      if (!signal.aborted) { arrived(null); }
    }
  }, REST);
}
