// @ts-check
/** The stages as the page states them: shapes, windows, frames, and which channels a channel reads. */

import { cellBox, pullBack, pushForward } from "./fields.js";

/** @typedef {{stage: number, channel: number, row: number, col: number}} Place */
/**
 * @typedef {object} Stage
 * @property {number} index @property {string} kind @property {string} recipe @property {string} name
 * @property {[number, number, number]} shape channels, rows, columns
 * @property {number} low @property {number} high @property {string} colors
 * @property {string} tensor @property {import('./fields.js').Window | null} window @property {string} reads
 * @property {number} sign of the cell that wins a window: 1 for the largest, -1 for the smallest
 * @property {boolean} unfolds whether a channel stands for one place of the maps before (flatten)
 * @property {number[][][][] | null} weights @property {number[]} bias
 * @property {number} channel the open map @property {number} host the stage in whose frame this one is shown
 * @property {HTMLElement[]} frames
 */

/** @param {string | undefined} text @returns {any} */
const json = (text) => (text ? JSON.parse(text) : null);

/** All stages of the page, the photo first. @param {ParentNode} root @returns {Stage[]} */
export function readStages(root) {
  /** @type {HTMLElement[]} */
  const elements = [...root.querySelectorAll("[data-stack] [data-stage][data-shape]")].filter((e) => e instanceof HTMLElement);
  elements.sort((a, b) => Number(a.dataset.stage) - Number(b.dataset.stage));
  /** @type {Stage[]} */
  const stages = [];
  for (const element of elements) {
    const d = element.dataset, index = Number(d.stage);
    if (index !== stages.length) { break; } // a stage is missing: nothing behind it can be traced
    /** @type {HTMLElement[]} */
    const frames = [...root.querySelectorAll(`[data-view="${index}"]`)].filter((e) => e instanceof HTMLElement);
    const off = element.classList.contains("off");
    stages.push({
      index, kind: off ? "off" : d.kind ?? "", recipe: d.recipe ?? "", frames,
      name: element.querySelector(".pick, b, h2")?.textContent?.replace(/^\s*\d+\s*/, "").trim() || d.kind || "",
      shape: /** @type {[number, number, number]} */ ((d.shape ?? "").split(",").map(Number)),
      low: Number(d.low), high: Number(d.high), colors: d.colors ?? "gray", tensor: d.tensor ?? "",
      window: json(d.window), reads: d.reads ?? "own",
      sign: d.wins === "smallest" ? -1 : 1, unfolds: d.unfolds !== undefined && !off, weights: json(d.weights), bias: json(d.bias) ?? [],
      channel: Number(frames.find((f) => f.dataset.channel)?.dataset.channel ?? 0),
      host: frames.length || !index ? index : stages[index - 1].host,
    });
  }
  return stages;
}

/** The windows of stages 1..k, the photo's side first. @param {Stage[]} stages @param {number} [last] */
const windowsOf = (stages, last = stages.length - 1) =>
  stages.slice(1, last + 1).map((stage) => /** @type {import('./fields.js').Window} */ (stage.window));

/** The one cell that a flattened number stands for, as a window. @param {[number, number, number]} before @param {number} channel */
function flattened([, rows, cols], channel) {
  const at = channel % (rows * cols);
  const axis = (/** @type {number} */ inputs, /** @type {number} */ cell) =>
    ({ type: "sliding", inputs, outputs: 1, size: 1, stride: 1, dilation: 1, before: -cell, mode: "zeros" });
  return { rows: axis(rows, Math.floor(at / cols)), cols: axis(cols, at % cols) };
}

/** The windows behind a cell; behind `flatten` the channel tells the place, as long as the way back is a single channel. @param {Stage[]} stages @param {Place} place */
export function windowsBehind(stages, place) {
  const windows = windowsOf(stages, place.stage);
  /** @type {number[]} */
  let channels = [place.channel];
  for (let index = place.stage; index > 0 && channels.length === 1; index -= 1) {
    if (stages[index].unfolds) { windows[index - 1] = flattened(stages[index - 1].shape, channels[0]); }
    channels = readChannels(stages, index, channels[0]);
  }
  return windows;
}

/**
 * Boxes of a cell on every stage that it sees, or with `forward` on every one that it feeds; null on the others.
 * @param {Stage[]} stages @param {Place | null} place @param {boolean} forward @returns {(import('./fields.js').Box | null)[]}
 */
export function boxesOf(stages, place, forward) {
  /** @type {(import('./fields.js').Box | null)[]} */
  const boxes = stages.map(() => null);
  if (!place) { return boxes; }
  const box = cellBox(place.row, place.col);
  const found = forward ? pushForward(windowsOf(stages).slice(place.stage), box) : pullBack(windowsBehind(stages, place), box);
  found.forEach((one, i) => { boxes[forward ? place.stage + i : i] = one; });
  return boxes;
}

/** The input channels that a channel of a stage reads. @param {Stage[]} stages @param {number} index @param {number} channel @returns {number[]} */
export function readChannels(stages, index, channel) {
  const stage = stages[index], before = stages[index - 1].shape[0];
  const [rule, first, second] = stage.reads.split(":");
  if (rule === "each") { return [Math.floor(channel / Number(first))]; }
  if (rule === "groups") {
    const start = Math.floor(channel / Number(second)) * Number(first);
    return Array.from({ length: Number(first) }, (_, i) => start + i);
  }
  if (rule === "all") { return Array.from({ length: before }, (_, i) => i); }
  return [channel];
}

/** The one input channel to follow back: the open map where it is read, else the first. @param {Stage[]} stages @param {number} index @param {number} channel */
export function sourceChannel(stages, index, channel) {
  const read = readChannels(stages, index, channel);
  return read.includes(stages[index - 1].channel) ? stages[index - 1].channel : read[0];
}

/** @param {Place} place */
export const writePlace = (place) => `${place.stage}.${place.channel}.${place.row}.${place.col}`;

/** @param {string | undefined} text @param {Stage[]} stages @returns {Place | null} null when there is no such cell */
export function readPlace(text, stages) {
  const [stage, channel, row, col] = (text ?? "").split(".").map(Number);
  const shape = stages[stage]?.shape;
  if (!shape || !(channel < shape[0] && row < shape[1] && col < shape[2])) { return null; }
  return { stage, channel, row, col };
}

/** @param {Place | null} a @param {Place | null} b */
export const samePlace = (a, b) => a === b || Boolean(a && b && writePlace(a) === writePlace(b));
