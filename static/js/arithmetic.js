// @ts-check
/** The arithmetic of the cell under the pointer, from the raw maps and the kernels on the page; no request. */

import { ready, want } from "./raw.js";
import { readChannels } from "./stages.js";
import { valueOf } from "./path.js";
import { kernelTaps, source, taps } from "./windows.js";

/** @typedef {import('./stages.js').Stage} Stage */
/** @typedef {import('./stages.js').Place} Place */
/** @typedef {{value: number, outside?: boolean, wins?: boolean}} Cell */
/** @typedef {{channel: number, patch: Cell[][], weights: Cell[][] | null, products: Cell[][] | null, sum: number}} Term */
/** @typedef {{value: number, terms: Term[], sum: number, bias: number, complete: boolean}} Told `complete` when the sum is the value */

const MOST_CHANNELS = 3; // more are left to the card that the server writes
const MOST_CELLS = 15; // rows or columns of a patch that are written out under the pointer

/** @param {Stage} stage @param {Place} place @returns {number[]} */
const channelsOf = (stage, place, /** @type {Stage[]} */ stages) =>
  (stage.recipe === "dot" && stage.weights ? readChannels(stages, stage.index, place.channel) : [readChannels(stages, stage.index, place.channel)[0]]);

/** Fetch the maps that the arithmetic reads. @param {Stage[]} stages @param {Place} place @param {() => void} here */
export function fetchFor(stages, place, here) {
  if (!place.stage) { return; }
  const channels = channelsOf(stages[place.stage], place, stages);
  if (channels.length <= MOST_CHANNELS) { for (const c of channels) { want(stages[place.stage - 1], c, here); } }
}

/** @param {Stage} before @param {any} w @param {Place} place @param {number} channel @param {number} fill @returns {Cell[][] | null} */
function patchOf(before, w, place, channel, fill) {
  const plane = ready(before, channel), [, height, width] = before.shape;
  if (!plane || !w?.rows?.type) { return null; }
  const cols = taps(w.cols, place.col);
  return taps(w.rows, place.row).map((row) => cols.map((col) => {
    const r = source(w.rows, row), c = source(w.cols, col);
    return { value: r === null || c === null ? fill : plane[r * width + c], outside: row < 0 || col < 0 || row >= height || col >= width };
  }));
}

/** @param {Cell[][] | null} grid @param {(sum: number, cell: Cell) => number} step @param {number} start */
const fold = (grid, step, start) => (grid ?? []).flat().reduce(step, start);

/** @param {Stage} stage @param {number} channel @param {number} slice @param {Place} place @returns {number[][] | null} the numbers that meet the patch */
function kernelOf(stage, channel, slice, place) {
  const bank = stage.weights;
  if (!bank || stage.recipe !== "dot") { return null; }
  const slices = bank[channel % bank.length], matrix = slices[slices.length > 1 ? slice : 0];
  const rows = kernelTaps(stage.window?.rows, place.row), cols = kernelTaps(stage.window?.cols, place.col);
  return rows.map((r) => cols.map((c) => matrix[r][c]));
}

/** Mark the first of the strongest. @param {Stage} stage @param {Cell[][]} patch */
function markWinner(stage, patch) {
  const { sign } = stage;
  const best = fold(patch, (most, cell) => (cell.outside ? most : Math.max(most, sign * cell.value)), -Infinity);
  const winner = patch.flat().find((cell) => !cell.outside && sign * cell.value === best);
  if (winner) { winner.wins = true; }
}

/**
 * How a cell comes about; null while its numbers are on the way, or where there are too many to show.
 * @param {Stage[]} stages @param {Place} place @returns {Told | null}
 */
export function tell(stages, place) {
  const stage = stages[place.stage], before = stages[place.stage - 1], value = valueOf(stages, place);
  if (!before || value === null) { return null; }
  const channels = channelsOf(stage, place, stages);
  if (channels.length > MOST_CHANNELS || (stage.recipe === "dot" && !stage.weights)) { return null; }
  /** @type {Term[]} */
  const terms = [];
  for (const channel of channels) {
    const patch = patchOf(before, stage.window, place, channel, stage.recipe === "max" ? -stage.sign * Infinity : 0);
    if (!patch || patch.length > MOST_CELLS || (patch[0]?.length ?? 0) > MOST_CELLS) { return null; }
    const kernel = kernelOf(stage, place.channel, channel, place);
    const weights = kernel && kernel.map((row) => row.map((weight) => ({ value: weight })));
    const products = kernel && patch.map((row, r) => row.map((cell, c) => ({ value: cell.value * kernel[r][c] })));
    if (stage.recipe === "max") { markWinner(stage, patch); }
    terms.push({ channel, patch, weights, products, sum: fold(products, (sum, cell) => sum + cell.value, 0) });
  }
  const bias = stage.recipe === "dot" ? stage.bias[place.channel % (stage.bias.length || 1)] ?? 0 : 0;
  return { value, terms, sum: terms.reduce((sum, term) => sum + term.sum, 0), bias, complete: stage.recipe === "dot" };
}
