// @ts-check
/** The marks on one picture: the cell, its field, the cells really read, and padding outside, hatched. */

import { isClipped, runs } from "./fields.js";
import { padding, sizeOf } from "./windows.js";

/** @typedef {import('./fields.js').Box} Box */
/** @typedef {import('./fields.js').Cells} Cells */
/** @typedef {{x: number, y: number, width: number, height: number}} View the picture in cells of the stage */

const SVG = "http://www.w3.org/2000/svg";
const MOST = 4096; // pieces of a scattered field that are drawn one by one
const LAYERS = ["padring", "part", "reads", "outside", "halo", "field", "stephalo", "step"];
/** @type {WeakMap<SVGSVGElement, Record<string, SVGPathElement>>} */
const made = new WeakMap();
let patterns = 0;

/** @param {string} tag @param {Record<string, string | number>} attributes */
export function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) { element.setAttribute(name, String(value)); }
  return element;
}

/** @param {SVGSVGElement} over @returns {Record<string, SVGPathElement>} */
function pieces(over) {
  const known = made.get(over);
  if (known && known.field.isConnected) { return known; }
  const id = `hatch${patterns += 1}`;
  const hatch = svg("pattern", { id, class: "hatch", patternUnits: "userSpaceOnUse" });
  hatch.append(svg("path", { class: "hatch-line", d: "M0 0" }));
  /** @type {Record<string, any>} */
  const found = { hatch };
  over.replaceChildren(hatch);
  for (const name of LAYERS) {
    found[name] = over.appendChild(svg("path", { class: name, "fill-rule": "evenodd" }));
  }
  for (const name of ["padring", "outside"]) { found[name].style.fill = `url(#${id})`; }
  made.set(over, found);
  return found;
}

/** @param {Box} box */
const rectangle = (box) => (sizeOf(box.rows) && sizeOf(box.cols)
  ? `M${box.cols[0]} ${box.rows[0]}h${sizeOf(box.cols)}v${sizeOf(box.rows)}h${-sizeOf(box.cols)}z` : "");

/** The cells that are really read, where they are not the whole field: holes of dilation, copies of padding. @param {Cells} cells @param {Box} box @param {number} rows @param {number} cols */
function scattered(cells, box, rows, cols) {
  const down = runs(cells.rows), right = runs(cells.cols);
  const inside = (/** @type {[number, number]} */ span, /** @type {number} */ n) => Math.max(0, Math.min(span[1], n - 1) - Math.max(span[0], 0) + 1);
  const solid = down.length === 1 && right.length === 1
    && sizeOf(down[0]) === inside(box.rows, rows) && sizeOf(right[0]) === inside(box.cols, cols);
  if (solid || down.length * right.length > MOST) { return ""; }
  return down.map((r) => right.map((c) => rectangle({ rows: r, cols: c })).join("")).join("");
}

/** @param {any} window @param {number} rows @param {number} cols */
function ring(window, rows, cols) {
  if (!window?.rows?.type) { return ""; }
  const [top, bottom] = padding(window.rows), [left, right] = padding(window.cols);
  if (!(top || bottom || left || right)) { return ""; }
  return rectangle({ rows: [-top, rows + bottom - 1], cols: [-left, cols + right - 1] }) + rectangle({ rows: [0, rows - 1], cols: [0, cols - 1] });
}

/** A picture's size in CSS pixels as its attribute says it: asking the layout would cost a frame. @param {HTMLElement} frame @param {string} name */
const sizeIn = (frame, name) => Number(frame.querySelector("img")?.getAttribute(name)) || 64;

/** The picture's place in cells: all of it, or where the whole photo is shown, the part that is read. @param {HTMLElement} frame @param {number} rows @param {number} cols @returns {View} */
export function viewOf(frame, rows, cols) {
  const image = frame.querySelector("img");
  if (!image?.dataset.whole) { return { x: 0, y: 0, width: cols, height: rows }; }
  const [top, left, partRows, partCols] = image.dataset.whole.split(",").map(Number);
  const photoRows = partRows + 2 * top, photoCols = partCols + 2 * left; // what is read stands in the middle
  const width = sizeIn(frame, "width"), height = sizeIn(frame, "height"), scale = Math.min(width / photoCols, height / photoRows);
  const across = cols / (partCols * scale), down = rows / (partRows * scale); // cells a CSS pixel
  const x = (width - photoCols * scale) / 2 + left * scale, y = (height - photoRows * scale) / 2 + top * scale;
  return { x: -x * across, y: -y * down, width: width * across, height: height * down };
}

/**
 * Draw what a frame shows; without a box, only the padding that the next layer adds.
 * @param {HTMLElement} frame
 * @param {{rows: number, cols: number, next: any, box: Box | null, cells: Cells | null, mark: string, step: Box | null}} what
 */
export function draw(frame, { rows, cols, next, box, cells, mark, step }) {
  const over = frame.querySelector(".over");
  if (!(over instanceof SVGSVGElement)) { return; }
  const parts = pieces(over), view = viewOf(frame, rows, cols);
  over.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  over.setAttribute("preserveAspectRatio", "none");
  const pitch = (6 * view.width) / sizeIn(frame, "width");
  for (const [name, value] of Object.entries({ width: pitch, height: pitch, patternTransform: "rotate(45)" })) { parts.hatch.setAttribute(name, String(value)); }
  parts.hatch.firstElementChild?.setAttribute("d", `M${pitch / 2} 0V${pitch}`);
  const whole = rectangle({ rows: [0, rows - 1], cols: [0, cols - 1] }), outline = box ? rectangle(box) : "";
  parts.padring.setAttribute("d", ring(next, rows, cols));
  parts.part.setAttribute("d", view.x || view.y ? whole : "");
  parts.reads.setAttribute("d", box && cells ? scattered(cells, box, rows, cols) : "");
  parts.outside.setAttribute("d", box && isClipped(box, rows, cols) ? beyond(box, rows, cols) : "");
  parts.halo.setAttribute("d", outline);
  parts.field.setAttribute("d", outline);
  parts.field.setAttribute("class", mark);
  parts.stephalo.setAttribute("d", step ? rectangle(step) : "");
  parts.stephalo.setAttribute("class", "halo");
  parts.step.setAttribute("d", step ? rectangle(step) : "");
  parts.step.setAttribute("class", "pathmark");
}

/** The part of a box that lies outside the picture. @param {Box} box @param {number} rows @param {number} cols */
function beyond(box, rows, cols) {
  const inside = { rows: /** @type {[number, number]} */ ([Math.max(0, box.rows[0]), Math.min(rows - 1, box.rows[1])]), cols: /** @type {[number, number]} */ ([Math.max(0, box.cols[0]), Math.min(cols - 1, box.cols[1])]) };
  return rectangle(box) + rectangle(inside);
}
