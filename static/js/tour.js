// @ts-check
/** The guided tour: marks the part a step is about, takes the focus along, and listens to Escape and the arrows. */

let shown = ""; // the step whose part was brought into sight
let listening = false;

/** @returns {HTMLElement | null} */
const panel = () => document.getElementById("tour");

function mark() {
  for (const old of document.querySelectorAll(".tour-here")) old.classList.remove("tour-here");
  const here = panel(), step = here?.dataset.tour ?? "";
  document.body.classList.toggle("touring", here !== null);
  if (!here) {
    if (shown) /** @type {HTMLElement | null} */ (document.querySelector("[data-tour-start]"))?.focus();
    shown = "";
    return;
  }
  const part = document.querySelector(here.dataset.target ?? "main");
  part?.classList.add("tour-here");
  if (step === shown) return; // an edit in the middle of a step moves nothing
  shown = step;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  part?.scrollIntoView({ block: "center", inline: "center", behavior: calm ? "auto" : "smooth" });
  document.getElementById("tour-h")?.focus({ preventScroll: true });
}

export function start() {
  mark();
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", (event) => {
    const here = panel(), at = event.target;
    if (!here || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;
    const busy = at instanceof Element && at.closest("input, textarea, select, .frame, [role=slider]");
    const way = event.key === "Escape" ? "leave" : busy ? "" : { ArrowRight: "on", ArrowLeft: "back" }[event.key] ?? "";
    const link = way && here.querySelector(`[data-tour-${way}]`);
    if (!(link instanceof HTMLElement)) return;
    event.preventDefault();
    link.click();
  }, true);
}
