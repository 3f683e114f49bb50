// @ts-check
/** Pointer, touch and keys on the maps, told as: over a cell, left, pinned, moved, released, other direction. */

import { viewOf } from "./overlay.js";

/** @typedef {import('./stages.js').Stage} Stage */
/** @typedef {import('./stages.js').Place} Place */
/**
 * @typedef {object} Told
 * @property {() => Stage[]} stages
 * @property {(place: Place) => void} over @property {() => void} leave
 * @property {(place: Place) => void} pin @property {() => void} release
 * @property {(stage: number, down: number, right: number, far: boolean) => void} move
 * @property {() => void} turn
 */

/** @type {Record<string, [number, number, boolean]>} rows, columns, to the end of the row */
const KEYS = { ArrowUp: [-1, 0, false], ArrowDown: [1, 0, false], ArrowLeft: [0, -1, false], ArrowRight: [0, 1, false], Home: [0, -1, true], End: [0, 1, true] };

/** @type {[number, number, boolean]} the cell at hand is pinned where it is */
const STAY = [0, 0, false];

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
function frameOf(target) {
  const frame = target instanceof Element ? target.closest(".frame[data-view]") : null;
  return frame instanceof HTMLElement && frame.dataset.strip === undefined ? frame : null;
}

/** The cell under a point of a frame; the nearest one when the point lies outside. @param {HTMLElement} frame @param {MouseEvent} event @param {Stage[]} stages @returns {Place | null} */
function cellAt(frame, event, stages) {
  const stage = stages[Number(frame.dataset.view)];
  if (!stage) { return null; }
  const [, rows, cols] = stage.shape, at = (frame.querySelector("img") ?? frame).getBoundingClientRect(), view = viewOf(frame, rows, cols);
  const inside = (/** @type {number} */ cell, /** @type {number} */ n) => Math.min(Math.max(Math.floor(cell), 0), n - 1);
  return {
    stage: stage.index, channel: Number(frame.dataset.channel ?? stage.channel),
    row: inside(view.y + ((event.clientY - at.top) / at.height) * view.height, rows),
    col: inside(view.x + ((event.clientX - at.left) / at.width) * view.width, cols),
  };
}

/** @param {Told} told */
export function listen(told) {
  /** @type {HTMLElement | null} */
  let held = null; // the frame that a finger moves on
  let within = false;
  document.addEventListener("pointermove", (event) => {
    const frame = held ?? frameOf(event.target);
    if (!frame) {
      if (within) { within = false; told.leave(); }
      return;
    }
    const place = cellAt(frame, event, told.stages());
    if (!place) { return; }
    if (held) { told.pin(place); } else if (event.pointerType === "mouse" || event.pointerType === "pen") { within = true; told.over(place); }
  });
  document.documentElement.addEventListener("pointerleave", () => { within = false; told.leave(); });
  document.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") { return; }
    held = frameOf(event.target);
    const place = held && cellAt(held, event, told.stages());
    if (place) { told.pin(place); }
  });
  for (const name of ["pointerup", "pointercancel"]) { document.addEventListener(name, () => { held = null; }); }
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-release]")) { event.preventDefault(); told.release(); return; }
    if (event.target instanceof Element && event.target.closest("[data-forward]")) { told.turn(); return; }
    const frame = frameOf(event.target), place = frame && cellAt(frame, event, told.stages());
    if (place && event.button === 0) { told.pin(place); }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.matches("input:not([type=range]), textarea, select");
    const open = document.querySelector("dialog[open], [popover]:popover-open");
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing || open) { return; }
    if (event.key === "Escape") { told.release(); return; }
    const frame = frameOf(event.target);
    if (!frame) { return; }
    if (event.key.toLowerCase() === "f") { event.preventDefault(); told.turn(); return; }
    const key = event.key === "Enter" ? STAY : KEYS[event.key];
    if (!key) { return; }
    event.preventDefault();
    const step = event.shiftKey ? 8 : 1;
    told.move(Number(frame.dataset.view), key[0] * step, key[1] * step, key[2]);
  });
}
