// @ts-check
/** Choosing a picture: opens the panel, changes its part, takes samples and patterns; starts the other ways. */
import * as drop from "./drop.js";
import * as paste from "./paste.js";
import { holder, open, select, use } from "./source_panel.js";
import * as uploads from "./uploads.js";

let listening = false;

export function start() {
  if (listening) return;
  listening = true;
  for (const way of [uploads, drop, paste]) way.start();
  document.addEventListener("click", click);
  document.addEventListener("keydown", (event) => {
    if (!(event.target instanceof HTMLElement)) return;
    if (event.target.matches("[data-source-tab]")) turn(event, event.target);
  });
}

/** @param {MouseEvent} event */
function click(event) {
  if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const opener = event.target.closest("[data-source]");
  if (opener instanceof HTMLElement) {
    event.preventDefault();
    open(opener.dataset.source || "samples", opener);
  }
  const tab = event.target.closest("[data-source-tab]");
  if (tab instanceof HTMLElement) select(tab.dataset.sourceTab || "samples");
  const picture = event.target.closest("#sources [data-image], #sources [data-pattern]");
  if (picture instanceof HTMLElement) {
    event.preventDefault();
    use(picture.dataset.image || patternAddress(picture.dataset.pattern || "impulse"));
  }
  if (event.target.closest("[data-source-close]")) holder().hidePopover();
}

/** @param {string} kind */
function patternAddress(kind) {
  const size = holder().querySelector("[data-pattern-size]");
  const chosen = size instanceof HTMLSelectElement ? size.value : "64";
  return chosen === "64" ? `pattern(${kind})` : `pattern(${kind},size=${chosen})`;
}

/** Arrows go from part to part. @param {KeyboardEvent} event @param {HTMLElement} tab */
function turn(event, tab) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const tabs = [...holder().querySelectorAll("[data-source-tab]")];
  const next = tabs.at((tabs.indexOf(tab) + by) % tabs.length);
  if (!(next instanceof HTMLElement)) return;
  select(next.dataset.sourceTab || "samples");
  next.focus();
}
