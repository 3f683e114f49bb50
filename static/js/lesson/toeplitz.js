// @ts-check
/** Lights the window, the row and the output cell that belong together, under the pointer or the focus; arrows move on. */

/** @param {Event} event */
function light(event) {
  const met = event.target instanceof Element ? event.target.closest("#toeplitz [data-line]") : null;
  if (met instanceof HTMLElement) show(met.closest("#toeplitz"), met.dataset.line || "0");
}

/** @param {Element | null} view @param {string} line */
function show(view, line) {
  const row = view?.querySelector(`.matrix tr[data-line="${line}"]`);
  if (!view || !(row instanceof HTMLElement)) return;
  for (const other of view.querySelectorAll(".matrix tr[data-line]")) other.classList.toggle("is-line", other === row);
  for (const cell of view.querySelectorAll(".made [data-line]")) {
    cell.classList.toggle("is-at", cell instanceof HTMLElement && cell.dataset.line === line);
  }
  for (const cell of view.querySelectorAll(".given [data-column]")) {
    const column = cell instanceof HTMLElement ? cell.dataset.column : "";
    cell.classList.toggle("is-in", row.querySelector(`[data-column="${column}"]`)?.classList.contains("may"));
  }
  const sum = view.querySelector("[data-toeplitz-sum]");
  if (sum) sum.textContent = row.dataset.sum || "";
}

/** @param {KeyboardEvent} event */
function step(event) {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const link = event.target instanceof Element ? event.target.closest("#toeplitz .matrix th a") : null;
  if (!way || !link) return;
  const links = [...document.querySelectorAll("#toeplitz .matrix th a")];
  const next = links[links.indexOf(link) + way];
  if (next instanceof HTMLElement) next.focus();
  event.preventDefault();
}

export function start() {
  document.addEventListener("pointerover", light);
  document.addEventListener("focusin", light);
  document.addEventListener("keydown", step);
}
