// @ts-check
/**
 * What a lesson can do without at first is folded on a phone, where it would stand as a screen's height of its own.
 * Without scripts everything is open, and so it is on paper and where the address points into it.
 */

const NARROW = matchMedia("(max-width: 700px)");
/** @type {Map<string, boolean>} what the reader opened or closed, kept while parts of the page are swapped */
const chosen = new Map();

/** @returns {NodeListOf<HTMLDetailsElement>} */
const folds = () => document.querySelectorAll("details[data-fold]");

function apply() {
  for (const fold of folds()) {
    fold.open = chosen.get(fold.id) ?? (!NARROW.matches || `#${fold.id}` === location.hash);
    const summary = fold.querySelector("summary");
    if (summary) summary.onclick = () => chosen.set(fold.id, !fold.open); // it turns over after this
  }
}

export function start() {
  apply();
  NARROW.addEventListener("change", apply);
  addEventListener("hashchange", apply);
  document.addEventListener("htmx:after:swap", apply);
  addEventListener("beforeprint", () => {
    for (const fold of folds()) fold.open = true;
  });
  addEventListener("afterprint", apply);
}
