// @ts-check
/** The way back from a cell, one cell a stage: the winner of a pool, else the middle of what was read. */

import { origin } from "./fields.js";
import { ready, want } from "./raw.js";
import { sourceChannel } from "./stages.js";
import { source, taps } from "./windows.js";

/** @typedef {import('./stages.js').Place} Place */
/** @typedef {import('./stages.js').Stage} Stage */

/** A cell's value, or null while its map is on the way. @param {Stage[]} stages @param {Place} place @returns {number | null} */
export function valueOf(stages, place) {
  const stage = stages[place.stage], plane = stage && ready(stage, place.channel);
  return plane ? plane[place.row * stage.shape[2] + place.col] : null;
}

/** @param {any} axis @param {number} output @returns {number} */
function middle(axis, output) {
  const read = taps(axis, output);
  if (!read.length) { return Math.min(axis.inputs - 1, output); }
  const tap = read[Math.floor(read.length / 2)];
  return source(axis, tap) ?? Math.min(Math.max(tap, 0), axis.inputs - 1);
}

/** The strongest cell of a pool's window; the first in reading order when several are equal. @param {Stage[]} stages @param {Place} place @returns {Place | null} */
function winner(stages, place) {
  const stage = stages[place.stage], before = stages[place.stage - 1], plane = ready(before, place.channel);
  const w = stage.window;
  if (!plane || !w?.rows || !w.cols) { return null; }
  const { sign } = stage, cols = taps(w.cols, place.col);
  /** @type {Place | null} */
  let best = null;
  let strongest = -Infinity;
  for (const row of taps(w.rows, place.row)) {
    if (row < 0 || row >= before.shape[1]) { continue; }
    for (const col of cols) {
      const value = col < 0 || col >= before.shape[2] ? -Infinity : sign * plane[row * before.shape[2] + col];
      if (value > strongest) { strongest = value; best = { stage: place.stage - 1, channel: place.channel, row, col }; }
    }
  }
  return best;
}

/** The cell before `place` on the way back. @param {Stage[]} stages @param {Place} place @returns {Place} */
function back(stages, place) {
  const stage = stages[place.stage], w = stage.window, index = place.stage - 1;
  const channel = sourceChannel(stages, place.stage, place.channel);
  const won = stage.recipe === "max" ? winner(stages, place) : null;
  if (won) { return won; }
  if (stage.unfolds) {
    const [, rows, cols] = stages[index].shape, rest = place.channel % (rows * cols);
    return { stage: index, channel, row: Math.floor(rest / cols), col: rest % cols };
  }
  if (w?.turned) {
    const [row, col] = origin(w.turned, place.row, place.col), [, rows, cols] = stages[index].shape;
    const inside = (/** @type {number} */ x, /** @type {number} */ n) => Math.min(Math.max(Math.round(x), 0), n - 1);
    return { stage: index, channel, row: inside(row, rows), col: inside(col, cols) };
  }
  return { stage: index, channel, row: middle(w?.rows, place.row), col: middle(w?.cols, place.col) };
}

/** One cell of every stage from the photo to `place`. @param {Stage[]} stages @param {Place} place @returns {Place[]} */
export function pathTo(stages, place) {
  const found = [place];
  while (found[0].stage > 0) { found.unshift(back(stages, found[0])); }
  return found;
}

/** Fetch the raw numbers behind a cell, once a stage, and the photo's; `here` is told of each. @param {Stage[]} stages @param {Place} place @param {() => void} here */
export function fetchPath(stages, place, here) {
  for (const at of pathTo(stages, place)) { want(stages[at.stage], at.channel, here); }
  const colours = stages[0].shape[0];
  for (let c = 0; c < colours && colours <= 3; c += 1) { want(stages[0], c, here); }
}
