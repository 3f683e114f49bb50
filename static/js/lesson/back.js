// @ts-check
/** Marks what a number of the sheet is made of, under the pointer or the focus; arrow keys move through a table. */

/** @typedef {{name: string, sum: string, note: string, parts: [string, string][]}} Entry */

/** @type {Record<string, Entry> | null} */
let entries = null;
/** @type {{marks: Map<Element, string>, said: string} | null} */
let home = null; // as the server drew it
let pointer = ""; // where it was last seen

/** @returns {HTMLElement | null} */
const sheet = () => document.querySelector("[data-back]");

/** @returns {Record<string, Entry>} */
function all() {
  return (entries ??= JSON.parse(sheet()?.querySelector("[data-back-entries]")?.textContent || "{}"));
}

/** @param {Element} cell @param {string[]} marks */
function mark(cell, marks) {
  cell.classList.remove("is-at", "is-in", "is-win");
  cell.classList.add(...marks);
}

/** @param {string} key */
function light(key) {
  const view = sheet();
  const entry = all()[key];
  const line = view?.querySelector("[data-back-sum]");
  if (!view || !entry || !line) return;
  const cells = [...view.querySelectorAll("[data-cell]")];
  home ??= { marks: new Map(cells.map((cell) => [cell, cell.className])), said: line.innerHTML };
  const marks = new Map(entry.parts.map(([part, kind]) => [part, `is-${kind}`]));
  const stamp = key.startsWith("h.") ? key.slice(1) : "none";
  for (const cell of cells) {
    const name = cell.getAttribute("data-cell") || "";
    if (name === key || (name.startsWith("s") && name.replace(/^s\d+/, "") === stamp)) mark(cell, ["is-at"]);
    else mark(cell, marks.has(name) ? [marks.get(name) || ""] : []);
  }
  const [name, note] = [document.createElement("b"), document.createElement("span")];
  name.className = "t-cell";
  name.textContent = entry.name;
  note.className = "note";
  note.textContent = entry.note;
  line.replaceChildren(name, ` = ${entry.sum} `, note);
}

/** Back to the cell that the address names. */
function rest() {
  const line = sheet()?.querySelector("[data-back-sum]");
  if (!home || !line) return;
  for (const [cell, marks] of home.marks) cell.className = marks;
  line.innerHTML = home.said;
}

/** The key of an uncovered, computed cell. @param {EventTarget | null} target */
function keyOf(target) {
  const cell = target instanceof Element ? target.closest("[data-back] [data-cell]") : null;
  const link = cell?.querySelector("a");
  return cell && link && link.textContent !== "?" ? cell.getAttribute("data-cell") || "" : "";
}

/** Whether the pointer is where it was: then the page moved under it, and what the keyboard chose stays. @param {PointerEvent} event */
function rested(event) {
  const before = pointer;
  pointer = `${event.screenX} ${event.screenY}`;
  return pointer === before;
}

/** @param {PointerEvent} event */
function pointed(event) {
  if (rested(event)) return;
  const key = keyOf(event.target);
  if (key) light(key);
  else if (home && !sheet()?.contains(document.activeElement)) rest();
}

const MOVES = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] });

/** @param {KeyboardEvent} event */
function moved(event) {
  const by = MOVES[event.key];
  const cell = event.target instanceof Element ? event.target.closest("[data-back] [data-cell]") : null;
  if (!by || !cell) return;
  const [name, row, col] = (cell.getAttribute("data-cell") || "").split(".");
  const next = sheet()?.querySelector(`[data-cell="${name}.${Number(row) + by[0]}.${Number(col) + by[1]}"] a`);
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  cell.querySelector("a")?.setAttribute("tabindex", "-1");
  next.removeAttribute("tabindex");
  next.focus();
}

/** One stop of the tab key a table: its first cell, or the one that was reached. */
function stops() {
  sheet()?.querySelectorAll("[data-table]").forEach((table) => {
    const links = [...table.querySelectorAll("a")];
    const held = links.find((link) => link.getAttribute("aria-current")) ?? links[0];
    for (const link of links) link.toggleAttribute("tabindex", false);
    for (const link of links) if (link !== held) link.setAttribute("tabindex", "-1");
  });
}

export function start() {
  stops();
  document.addEventListener("pointerover", pointed);
  document.addEventListener("pointermove", rested);
  document.addEventListener("focusin", (event) => {
    const key = keyOf(event.target);
    if (key) light(key);
  });
  document.addEventListener("focusout", (event) => {
    if (keyOf(event.target) && !keyOf(event.relatedTarget)) rest();
  });
  document.addEventListener("keydown", moved);
  document.addEventListener("htmx:after:swap", () => {
    entries = home = null;
    stops();
  });
}
