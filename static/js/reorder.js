// @ts-check
/** Moving layers: drag a column by its head, or Ctrl+Shift+arrow on anything in it. */
import { go, scene } from "./history.js";

let listening = false;
/** @type {HTMLElement | null} */
let dragged = null;

/** @param {ParentNode} root */
export function start(root) {
  for (const head of root.querySelectorAll("[data-drag]")) head.setAttribute("draggable", "true");
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", byKey);
  document.addEventListener("dragstart", (event) => {
    const head = event.target instanceof Element ? event.target.closest("[data-drag]") : null;
    if (!head) return;
    dragged = head.closest(".col");
    dragged?.classList.add("dragging");
    event.dataTransfer?.setData("text/x-convisor-layer", head.getAttribute("data-drag") || "");
  });
  document.addEventListener("dragover", (event) => {
    const column = over(event);
    clear();
    if (!dragged || !column || column === dragged) return;
    event.preventDefault();
    column.classList.add(behind(event, column) ? "drop-after" : "drop-before");
  });
  document.addEventListener("drop", (event) => {
    const column = over(event);
    if (dragged && column && column !== dragged) {
      event.preventDefault();
      const from = stageOf(dragged);
      const to = stageOf(column) + (behind(event, column) ? 1 : 0);
      move(from, to > from ? to - 1 : to);
    }
    finish();
  });
  document.addEventListener("dragend", finish);
}

/** @param {DragEvent} event @returns {HTMLElement | null} */
function over(event) {
  const column = event.target instanceof Element ? event.target.closest(".col[id^=col]") : null;
  return column instanceof HTMLElement ? column : null;
}

/** @param {DragEvent} event @param {HTMLElement} column */
function behind(event, column) {
  const box = column.getBoundingClientRect();
  return event.clientX > box.left + box.width / 2;
}

/** @param {HTMLElement} column */
function stageOf(column) {
  return Number(column.id.replace("col", ""));
}

function clear() {
  for (const column of document.querySelectorAll(".drop-before, .drop-after")) column.classList.remove("drop-before", "drop-after");
}

function finish() {
  clear();
  dragged?.classList.remove("dragging");
  dragged = null;
}

/** @param {number} layer @param {number} to */
function move(layer, to) {
  if (layer === to) return;
  go(`/edit?${scene()}&${new URLSearchParams({ action: "move", layer: String(layer), to: String(to) })}`);
}

/** @param {KeyboardEvent} event */
function byKey(event) {
  if (!event.ctrlKey || !event.shiftKey || !(event.target instanceof Element)) return;
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const column = event.target.closest(".col[id^=col]");
  if (!by || !(column instanceof HTMLElement)) return;
  event.preventDefault();
  event.stopPropagation();
  const to = stageOf(column) + by;
  if (to < 1) return;
  document.addEventListener("htmx:after:swap", () => {
    const focus = document.querySelector(`#col${to} .icon`);
    if (focus instanceof HTMLElement) focus.focus();
  }, { once: true });
  move(stageOf(column), to);
}
