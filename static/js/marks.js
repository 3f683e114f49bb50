// @ts-check
/** Everything that marks a cell on the pictures: boxes and ways back on the maps, read cells, ticks on the scales. */

import { cellBox } from "./fields.js";
import { draw as drawOver } from "./overlay.js";
import { valueOf } from "./path.js";
import { draw as drawSeen } from "./seen.js";
import { number } from "./words.js";

/** @typedef {import('./stages.js').Place} Place */
/** @typedef {import('./stages.js').Stage} Stage */
/** @typedef {import('./fields.js').Box} Box */
/** @typedef {import('./fields.js').Cells} Cells */
/** @typedef {{place: Place | null, boxes: (Box | null)[], cells: Cells[], path: Place[], step: Place | null}} Shown one entry a stage */

const phone = matchMedia("(max-width: 700px)"); // the only place where the strip of all stages is seen

/** @param {Stage[]} stages @param {Shown} shown */
export function draw(stages, { place, boxes, cells, path, step }) {
  for (const stage of stages) {
    const { index } = stage, next = stages.find((other) => other.index > index && other.host !== index);
    const last = next ? next.index - 1 : stages.length - 1; // layers that stand in the photo's column are marked on the photo
    const here = (/** @type {Place | null} */ at) => Boolean(at && at.stage >= index && at.stage <= last);
    for (const frame of stage.frames) {
      if (frame.dataset.strip !== undefined && !phone.matches) { continue; }
      drawOver(frame, {
        rows: stage.shape[1], cols: stage.shape[2], next: next?.window ?? null,
        box: boxes[index] ?? boxes.slice(index, last + 1).find(Boolean) ?? null, cells: cells[index] ?? null,
        mark: here(place) ? "cellmark" : "rfmark", step: step && here(step) && step.stage !== place?.stage ? cellBox(step.row, step.col) : null,
      });
      if (!index) { drawSeen(frame, stages, place?.stage ? cells[0] ?? null : null); }
    }
    tick(stages, stage, place, path[index] ?? (place?.stage === index ? place : null));
  }
}

/** The marked value as a tick on the stage's scale, and as a number. @param {Stage[]} stages @param {Stage} stage @param {Place | null} place @param {Place | null} at */
function tick(stages, stage, place, at) {
  const mark = document.querySelector(`[data-at="${stage.index}"]`), output = document.querySelector(`output[data-value="${stage.index}"]`);
  const value = at ? valueOf(stages, at) : null;
  const isCell = place?.stage === stage.index;
  if (output) {
    output.textContent = value === null ? "" : number(value, 3);
    output.className = isCell ? "t-cell" : "t-rf";
  }
  if (!(mark instanceof HTMLElement)) { return; }
  mark.hidden = value === null;
  if (value === null) { return; }
  mark.style.left = `${100 * Math.min(1, Math.max(0, (value - stage.low) / (stage.high - stage.low || 1)))}%`;
  mark.classList.toggle("is-cell", isCell);
}
