// @ts-check
/** Receptive fields in the plane: boxes and exact cells, pulled back or pushed forward window by window. */

import { clip, pull as pullAxis, push as pushAxis, sizeOf, sources as axisSources } from "./windows.js";

/** @typedef {import('./windows.js').Span} Span */
/** @typedef {{rows: Span, cols: Span}} Box both ends included; may lie outside the picture */
/** @typedef {{rows: number[], cols: number[]}} Cells the rows and columns read: every pair of them */
/** @typedef {{rows: number, cols: number, degrees: number}} Turn */
/** @typedef {{rows?: any, cols?: any, turned?: Turn}} Window */

/** @param {number} row @param {number} col @returns {Box} */
export const cellBox = (row, col) => ({ rows: [row, row], cols: [col, col] });

/** @param {number} length @returns {number[]} */
const all = (length) => Array.from({ length }, (_, i) => i);

/** @param {Turn} turn @returns {number | null} quarter turns when the rotation is exact */
const quarter = (turn) => (turn.degrees % 90 === 0 ? (((turn.degrees / 90) % 4) + 4) % 4 : null);

/** @param {Turn} turn @returns {[number, number]} */
const turnedShape = (turn) => (((quarter(turn) ?? 0) % 2) ? [turn.cols, turn.rows] : [turn.rows, turn.cols]);

/** Where in the input an output cell of a rotation is read, in cells. @param {Turn} turn @param {number} row @param {number} col @returns {[number, number]} */
export function origin(turn, row, col) {
  const { rows, cols } = turn;
  switch (quarter(turn)) {
    case 0: return [row, col];
    case 1: return [col, cols - 1 - row];
    case 2: return [rows - 1 - row, cols - 1 - col];
    case 3: return [rows - 1 - col, row];
    default: {
      const angle = (turn.degrees * Math.PI) / 180, down = row - (rows - 1) / 2, right = col - (cols - 1) / 2;
      return [
        (rows - 1) / 2 + Math.cos(angle) * down + Math.sin(angle) * right,
        (cols - 1) / 2 - Math.sin(angle) * down + Math.cos(angle) * right,
      ];
    }
  }
}

/** @param {Turn} turn @param {Box} box @returns {Box} */
function hull(turn, box) {
  if (!sizeOf(box.rows) || !sizeOf(box.cols)) { return { rows: [0, -1], cols: [0, -1] }; }
  const corners = box.rows.flatMap((r) => box.cols.map((c) => origin(turn, r, c)));
  const near = 1e-9, rows = corners.map((p) => p[0]), cols = corners.map((p) => p[1]);
  return {
    rows: [Math.floor(Math.min(...rows) + near), Math.ceil(Math.max(...rows) - near)],
    cols: [Math.floor(Math.min(...cols) + near), Math.ceil(Math.max(...cols) - near)],
  };
}

/** The nominal box of inputs that a box of outputs reads. @param {Window} w @param {Box} box @returns {Box} */
export function pull(w, box) {
  if (w.turned) { return hull(w.turned, box); }
  return { rows: pullAxis(w.rows, box.rows), cols: pullAxis(w.cols, box.cols) };
}

/** The outputs that a box of inputs feeds. @param {Window} w @param {Box} box @returns {Box} */
export function push(w, box) {
  if (w.turned && (!sizeOf(box.rows) || !sizeOf(box.cols))) { return { rows: [0, -1], cols: [0, -1] }; }
  if (w.turned) {
    const [rows, cols] = turnedShape(w.turned);
    const grow = quarter(w.turned) === null ? 1 : 0; // a bilinear read reaches one cell around
    const grown = /** @type {Box} */ ({ rows: [box.rows[0] - grow, box.rows[1] + grow], cols: [box.cols[0] - grow, box.cols[1] + grow] });
    const back = hull({ rows, cols, degrees: -w.turned.degrees }, grown);
    return { rows: clip(back.rows, rows), cols: clip(back.cols, cols) };
  }
  return { rows: pushAxis(w.rows, box.rows), cols: pushAxis(w.cols, box.cols) };
}

/** The real input cells behind some output cells. @param {Window} w @param {Cells} cells @returns {Cells} */
export function sources(w, cells) {
  if (w.turned) {
    if (!cells.rows.length || !cells.cols.length) { return { rows: [], cols: [] }; }
    const ends = (/** @type {number[]} */ found) => /** @type {Span} */ ([found[0], found.at(-1)]);
    const box = pull(w, { rows: ends(cells.rows), cols: ends(cells.cols) });
    const rows = clip(box.rows, w.turned.rows), cols = clip(box.cols, w.turned.cols);
    return { rows: all(sizeOf(rows)).map((i) => rows[0] + i), cols: all(sizeOf(cols)).map((i) => cols[0] + i) };
  }
  return { rows: axisSources(w.rows, cells.rows), cols: axisSources(w.cols, cells.cols) };
}

/** The box on every stage, the first one first; the last entry is `box` itself. @param {Window[]} windows @param {Box} box @returns {Box[]} */
export function pullBack(windows, box) {
  const boxes = [box];
  for (const w of [...windows].reverse()) { boxes.unshift(pull(w, boxes[0])); }
  return boxes;
}

/** The real cells read on every stage, the first one first. @param {Window[]} windows @param {Cells} cells @returns {Cells[]} */
export function pullCells(windows, cells) {
  const found = [cells];
  for (const w of [...windows].reverse()) { found.unshift(sources(w, found[0])); }
  return found;
}

/** Every later stage's outputs that a box of the first stage feeds. @param {Window[]} windows @param {Box} box @returns {Box[]} */
export function pushForward(windows, box) {
  const boxes = [box];
  for (const w of windows) { boxes.push(push(w, boxes[boxes.length - 1])); }
  return boxes;
}

/** Whether a box reaches beyond a stage's picture. @param {Box} box @param {number} rows @param {number} cols */
export const isClipped = (box, rows, cols) => box.rows[0] < 0 || box.cols[0] < 0 || box.rows[1] >= rows || box.cols[1] >= cols;

/** Runs of neighbouring numbers in a sorted list. @param {number[]} cells @returns {Span[]} */
export function runs(cells) {
  /** @type {Span[]} */
  const found = [];
  for (const cell of cells) {
    const last = found.at(-1);
    if (last && last[1] === cell - 1) { last[1] = cell; } else { found.push([cell, cell]); }
  }
  return found;
}
