// @ts-check
/** Inside its receptive field the photo turns into the cells that the stack really reads: grey, or in colour. */

import { ready } from "./raw.js";
import { viewOf } from "./overlay.js";

/** @typedef {import('./stages.js').Stage} Stage */
/** @typedef {import('./fields.js').Cells} Cells */

/** @param {number} value @param {Stage} stage the photo: 0..1, or the range of a grid of numbers */
function byte(value, stage) {
  const low = Math.min(0, stage.low), high = Math.max(1, stage.high);
  return (255 * (value - low)) / (high - low);
}

/** The shares by which a layer in the photo's column mixes its colours, if it does. @param {Stage | undefined} stage @param {number} channels @returns {number[] | null} */
function mixture(stage, channels) {
  const slices = stage && stage.host === 0 ? stage.weights?.[0] : null;
  return slices && channels > 1 && slices.length === channels ? slices.map((slice) => slice[0][0]) : null;
}

/**
 * Draw the read cells of the photo over it; without cells, none.
 * @param {HTMLElement} frame @param {Stage[]} stages @param {Cells | null} cells
 */
export function draw(frame, stages, cells) {
  const canvas = frame.querySelector(".seen");
  if (!(canvas instanceof HTMLCanvasElement)) { return; }
  const photo = stages[0], [channels, rows, cols] = photo.shape;
  const planes = Array.from({ length: channels }, (_, c) => ready(photo, c));
  if (!cells?.rows.length || !cells.cols.length || planes.some((plane) => !plane)) { canvas.hidden = true; return; }
  const top = cells.rows[0], left = cells.cols[0];
  const height = cells.rows[cells.rows.length - 1] - top + 1, width = cells.cols[cells.cols.length - 1] - left + 1;
  canvas.hidden = false;
  canvas.width = width;
  canvas.height = height;
  const view = viewOf(frame, rows, cols), share = (/** @type {number} */ part, /** @type {number} */ of) => `${(100 * part) / of}%`;
  canvas.style.inset = "auto";
  canvas.style.left = share(left - view.x, view.width);
  canvas.style.top = share(top - view.y, view.height);
  canvas.style.width = share(width, view.width);
  canvas.style.height = share(height, view.height);
  const pen = canvas.getContext("2d"), picture = pen?.createImageData(width, height);
  if (!pen || !picture) { return; }
  const mix = mixture(stages[1], channels); // how the first layer makes one grey of the colours
  const read = /** @type {Float32Array[]} */ (planes);
  for (const row of cells.rows) {
    for (const col of cells.cols) {
      const cell = row * cols + col, at = 4 * ((row - top) * width + col - left);
      const luma = mix ? mix.reduce((sum, share, c) => sum + share * read[c][cell], 0) : 0;
      for (let c = 0; c < 3; c += 1) { picture.data[at + c] = byte(mix ? luma : read[channels === 3 ? c : 0][cell], photo); }
      picture.data[at + 3] = 255;
    }
  }
  pen.putImageData(picture, 0, 0);
}
