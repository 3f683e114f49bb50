// @ts-check
/** Says things to screen readers, politely and at most every 300 ms; the latest wins. */

const PAUSE = 300;
/** @type {HTMLElement | null} */
let region = null;
let waiting = "";
let timer = 0;

/** @param {string} text */
export function announce(text) {
  waiting = text;
  if (!timer) { speak(); }
}

function speak() {
  if (!region?.isConnected) {
    region = document.body.appendChild(document.createElement("p"));
    region.className = "vh";
    region.setAttribute("role", "status");
    region.setAttribute("data-announce", "");
  }
  if (region.textContent !== waiting) { region.textContent = waiting; }
  timer = window.setTimeout(() => {
    timer = 0;
    if (region && region.textContent !== waiting) { speak(); }
  }, PAUSE);
}
