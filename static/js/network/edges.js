// @ts-check
/** The edges of one map: what feeds it most, block by block back to the photo, and its vote; drawn over the sheets. */

import { svg } from "../overlay.js";
import { picture, told } from "./model.js";
import { drawMap, narrow, squareOf } from "./sheets.js";

/** @typedef {import('./model.js').Data} Data */
/** @typedef {import('./model.js').Unit} Unit */
/** @typedef {import('./sheets.js').Sheet} Sheet */

const FAN = [8, 3, 2, 2]; // how many feeders are followed, step by step; then one
const FOLLOWED = 3; // of these, how many are followed further
const LOUPE = 112;

/** From left to right, or from above where the sheets are turned. @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
function curve(x0, y0, x1, y1) {
  const x = (x0 + x1) / 2, y = (y0 + y1) / 2;
  return narrow.matches ? `M${x0} ${y0}C${x0} ${y} ${x1} ${y} ${x1} ${y1}` : `M${x0} ${y0}C${x} ${y0} ${x} ${y1} ${x1} ${y1}`;
}

/** Where the photo's edges begin: left of the sheets, or above them. */
const photoEnd = () => (narrow.matches ? { x: 112, y: -14, side: 0 } : { x: -14, y: 112, side: 0 });

/** The edges back from a unit: pairs of units with what the one adds to the other. @param {Data} data @param {Unit} unit */
function chain(data, unit) {
  /** @type {{from: Unit, to: Unit, added: number}[]} */
  const found = [];
  let front = [unit];
  for (let step = 0; front.length && front[0].block >= 1; step += 1) {
    /** @type {Unit[]} */
    const next = [];
    for (const to of front) {
      const block = data.blocks[to.block - 1], count = FAN[step] ?? 1;
      (block.feeders[to.unit] ?? []).slice(0, count).forEach((unit, i) => {
        const from = { block: to.block - 1, unit };
        found.push({ from, to, added: block.added[to.unit][i] });
        if (next.length < FOLLOWED && !next.some((one) => one.unit === unit)) { next.push(from); }
      });
    }
    front = next[0]?.block ? next : [];
  }
  return found;
}

/**
 * Draw the edges of `unit`, or none.
 * @param {HTMLElement} host @param {Data} data @param {Sheet[]} sheets @param {Unit | null} unit @param {Unit | null} pinned
 */
export function draw(host, data, sheets, unit, pinned) {
  const over = host.querySelector("[data-edges]");
  if (!(over instanceof SVGSVGElement)) { return; }
  over.replaceChildren();
  const shown = unit ?? pinned;
  if (!shown || !data.blocks[shown.block - 1]?.feeders[shown.unit]) { return; }
  const sheetOf = (/** @type {Unit} */ one) => sheets.find((sheet) => sheet.block.number === one.block && sheet.place.has(one.unit));
  const square = (/** @type {Unit} */ one) => { const sheet = sheetOf(one); return sheet ? squareOf(sheet, one.unit, host) : null; };
  /** @type {Map<string, {x: number, y: number, side: number}>} */
  const marked = new Map();
  const chained = chain(data, shown), largest = Math.max(...chained.map((edge) => Math.abs(edge.added)), 1e-9);
  for (const { from, to, added } of chained) {
    const end = square(to), start = from.block ? square(from) : photoEnd();
    if (!start || !end) { continue; }
    if (from.block) { marked.set(`${from.block}.${from.unit}`, start); }
    if (narrow.matches) { edge(over, start.x + start.side / 2, start.y + start.side, end.x + end.side / 2, end.y, added / largest); continue; }
    edge(over, start.x + start.side, start.y + start.side / 2, end.x, end.y + end.side / 2, added / largest);
  }
  vote(host, over, data, shown, square(shown));
  for (const one of marked.values()) { frame(over, one, "rr"); }
  const own = square(shown);
  if (own) { frame(over, own, "rc"); }
}

/** @param {SVGSVGElement} over @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 @param {number} share */
function edge(over, x0, y0, x1, y1, share) {
  const width = 1 + 4 * Math.abs(share), d = curve(x0, y0, x1, y1);
  over.append(svg("path", { class: "eh", d, "stroke-width": width + 2 }), svg("path", { class: share < 0 ? "en" : "ep", d, "stroke-width": width }));
}

/** From a map of the last block to its bar. @param {HTMLElement} host @param {SVGSVGElement} over @param {Data} data @param {Unit} unit @param {{x: number, y: number, side: number} | null} square */
function vote(host, over, data, unit, square) {
  const bars = host.querySelector("[data-votes]");
  if (!bars?.clientHeight || !square || unit.block !== data.blocks.length) { return; }
  const rank = [...data.votes].sort((a, b) => b - a).indexOf(data.votes[unit.unit]);
  const box = bars.getBoundingClientRect(), origin = host.getBoundingClientRect();
  const y = box.top - origin.top + ((rank + 0.5) / data.votes.length) * box.height;
  const largest = Math.max(...data.votes.map(Math.abs), 1e-9);
  edge(over, square.x + square.side, square.y + square.side / 2, box.left - origin.left + box.width / 2, y, data.votes[unit.unit] / largest);
}

/** @param {SVGSVGElement} over @param {{x: number, y: number, side: number}} at @param {string} name */
function frame(over, at, name) {
  const size = { x: at.x - 1, y: at.y - 1, width: at.side + 2, height: at.side + 2 };
  over.append(svg("rect", { class: "rh", ...size }), svg("rect", { class: name, ...size }));
}

/** The map under the pointer, enlarged beside it. @param {HTMLElement} host @param {Sheet | undefined} sheet @param {Unit | null} unit */
export async function loupe(host, sheet, unit) {
  let box = host.querySelector(".loupe");
  if (!sheet || !unit) { box?.remove(); return; }
  const { block, before } = sheet, image = await picture(before ? block.before : block.sheet);
  const at = squareOf(sheet, unit.unit, host);
  if (!at) { return; }
  box = host.querySelector(".loupe");
  if (!(box instanceof HTMLElement)) {
    box = host.appendChild(Object.assign(document.createElement("div"), { className: "loupe" }));
    box.append(Object.assign(document.createElement("canvas"), { width: LOUPE, height: LOUPE }), document.createElement("span"));
    box.setAttribute("aria-hidden", "true");
  }
  const canvas = box.querySelector("canvas"), context = canvas?.getContext("2d"), label = box.querySelector("span");
  if (!context || !label || !(box instanceof HTMLElement)) { return; }
  context.imageSmoothingEnabled = false;
  context.clearRect(0, 0, LOUPE, LOUPE);
  drawMap(context, image, block, unit.unit, before, 0, 0, LOUPE);
  label.textContent = told(block, unit.unit);
  const right = at.x + at.side + 10, width = LOUPE + 16;
  box.style.left = `${right + width < host.clientWidth ? right : at.x - width - 10}px`;
  box.style.top = `${Math.min(at.y, host.clientHeight - LOUPE - 40)}px`;
}
