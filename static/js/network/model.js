// @ts-check
/** What the network page shows, from its address and from the data of the photo: blocks, strengths, feeders, windows. */

import { cellBox, pullBack } from "../fields.js";
import { number, say } from "../words.js";

/** @typedef {{block: number, unit: number}} Unit counted from 1 and from 0 */
/**
 * @typedef {object} Block
 * @property {number} number @property {string} kind @property {number} learned @property {[number, number, number]} shape
 * @property {[number, number, number]} beforeShape @property {number} columns @property {number} beforeColumns
 * @property {string} sheet @property {string} before @property {number[]} means
 * @property {[number, number][]} peaks @property {number[][]} feeders @property {number[][]} added
 */
/** @typedef {{picture: [number, number, number], pictureStage: number, blocks: Block[], votes: number[], windows: any[]}} Data */

/** @type {Map<string, Promise<Data>>} */
const known = new Map();
/** @type {Map<string, Promise<HTMLImageElement>>} */
const pictures = new Map();

/** The data of a photo; asked for once. @param {string} url @returns {Promise<Data>} */
export function load(url) {
  const found = known.get(url) ?? fetch(url).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))));
  known.set(url, found);
  found.catch(() => known.delete(url));
  return found;
}

/** A sheet of maps, decoded. @param {string} url @returns {Promise<HTMLImageElement>} */
export function picture(url) {
  const found = pictures.get(url) ?? new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => { pictures.delete(url); reject(new Error(url)); };
    image.src = url;
  });
  pictures.set(url, found);
  return found;
}

/** Where one map lies on its sheet. @param {Block} block @param {number} unit @param {boolean} before */
export function cropOf(block, unit, before) {
  const [, rows, cols] = before ? block.beforeShape : block.shape, columns = before ? block.beforeColumns : block.columns;
  return { x: (unit % columns) * cols, y: Math.floor(unit / columns) * rows, width: cols, height: rows };
}

/** The units of a block in the chosen order. @param {Block} block @param {string} order @returns {number[]} */
export function ordered(block, order) {
  const units = block.means.map((_, unit) => unit);
  return order === "number" ? units : units.sort((a, b) => block.means[b] - block.means[a] || a - b);
}

/** What a cell of a block sees of the picture that the network reads. @param {Data} data @param {Block} block @param {number} row @param {number} col */
export function fieldOf(data, block, row, col) {
  return pullBack(data.windows.slice(0, block.learned), cellBox(row, col))[data.pictureStage];
}

/** One map in words: its layer, its number and its mean. @param {Block} block @param {number} unit */
export const told = (block, unit) => say(block.kind === "dense" ? "js.net_dense" : "js.net_map", { block: block.number, unit, mean: number(block.means[unit], 2) });

/** @param {string | undefined} text @returns {Unit | null} */
export function readUnit(text) {
  const [block, unit] = (text ?? "").split(".").map(Number);
  return Number.isInteger(block) && Number.isInteger(unit) ? { block, unit } : null;
}

/** @param {Unit | null} a @param {Unit | null} b */
export const sameUnit = (a, b) => a === b || Boolean(a && b && a.block === b.block && a.unit === b.unit);
