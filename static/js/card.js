// @ts-check
/** The card under the pointer: value, place, close-up, arithmetic and way back, at once; a pinned cell's card returns. */

import * as arithmetic from "./arithmetic.js";
import { element, grid, op, part, result, signed } from "./grids.js";
import { valueOf } from "./path.js";
import { samePlace, writePlace } from "./stages.js";
import { number, say } from "./words.js";

/** @typedef {import('./stages.js').Stage} Stage */
/** @typedef {import('./stages.js').Place} Place */

export const fetchFor = arithmetic.fetchFor;
let shown = ""; // what the hover card shows, so that an unchanged one is not built again

/** The step of the way back that the pinned card explains, when it is not the pinned cell's own. @returns {number | null} */
export function chosenStep() {
  const step = document.getElementById("cell")?.dataset.step;
  return step === undefined ? null : Number(step);
}

/** @param {Element} card @param {string} slot @returns {HTMLElement | null} */
const slotOf = (card, slot) => card.querySelector(`[data-slot="${slot}"]`);

/** What made a cell: its kernel, else its layer's kind. @param {Stage[]} stages @param {number} index @param {number} channel */
export function nameOf(stages, index, channel) {
  const names = JSON.parse(document.getElementById("cell")?.dataset.facts ?? "{}").names?.[index] ?? [];
  if (index) { return names[channel % names.length] || stages[index].name; }
  return stages[0].shape[0] === 3 ? `${say("cell.photo")} ${"RGB"[channel]}` : say("cell.photo");
}

/**
 * Show the hover card for the cell under the pointer, or for a pinned one whose card is not here yet.
 * @param {Stage[]} stages @param {Place | null} over @param {Place | null} pinned @param {Place[]} path @param {import('./fields.js').Box | null} box the field in the photo
 */
export function show(stages, over, pinned, path, box) {
  const holder = document.getElementById("cell"), card = holder?.querySelector("[data-hover-card]"), written = holder?.querySelector("[data-pinned-card]");
  if (!holder || !(card instanceof HTMLElement) || !(written instanceof HTMLElement)) { return; }
  const place = over ?? pinned, here = pinned ? writePlace(pinned) === holder.dataset.at : !holder.dataset.at;
  const hovering = Boolean(place && (!here || (over && !samePlace(over, pinned))));
  card.hidden = !hovering;
  written.hidden = hovering;
  holder.classList.toggle("none", !place);
  strip(stages, place);
  if (!place || !hovering) { shown = ""; return; }
  const told = arithmetic.tell(stages, place), value = valueOf(stages, place);
  const now = `${writePlace(place)} ${told !== null} ${value} ${path.map((at) => valueOf(stages, at) !== null)}`;
  if (shown === now && slotOf(card, "value")?.textContent) { return; }
  shown = now;
  slotOf(card, "value")?.replaceChildren(value === null ? "…" : number(value, 2));
  slotOf(card, "where")?.replaceChildren(say("cell.place", { map: nameOf(stages, place.stage, place.channel), row: place.row, col: place.col }));
  const sees = box && { rows: box.rows[1] - box.rows[0] + 1, cols: box.cols[1] - box.cols[0] + 1 };
  slotOf(card, "sees")?.replaceChildren(place.stage && sees ? say("cell.sees", sees) : say("cell.sees_one"));
  if (box) { closeUp(card, stages[0], box, place.stage ? "rfmark" : "cellmark"); }
  slotOf(card, "sum")?.replaceChildren(...(value === null ? [] : sum(stages, place, value, told)));
  slotOf(card, "trace")?.replaceChildren(...[...path].reverse().map((at) => step(stages, at, at.stage === place.stage)));
}

/** The strip of a phone: where, and the value. @param {Stage[]} stages @param {Place | null} place */
function strip(stages, place) {
  const value = place && valueOf(stages, place);
  document.querySelector("[data-strip-where]")?.replaceChildren(place ? `${nameOf(stages, place.stage, place.channel)} ${place.row}, ${place.col}` : "");
  document.querySelector("[data-strip-value]")?.replaceChildren(value === null ? "" : number(value, 2));
}

/** @param {Stage[]} stages @param {Place} at @param {boolean} current */
function step(stages, at, current) {
  const line = element("li"), cell = line.appendChild(element("span", "step")), value = valueOf(stages, at);
  if (current) { cell.setAttribute("aria-current", "step"); }
  cell.append(element("span", "nm", `${at.stage ? `${at.stage} ` : ""}${nameOf(stages, at.stage, at.channel)}`),
    element("span", "rc", `${at.row}, ${at.col}`), element("span", "vl", value === null ? "…" : number(value, 2)));
  return line;
}

/** Move the close-up's view, its grey part and its marks. @param {Element} card @param {Stage} photo @param {import('./fields.js').Box} box @param {string} mark */
function closeUp(card, photo, box, mark) {
  const svg = card.querySelector('[data-slot="close"]'), gray = svg?.querySelector(".close-gray");
  const rows = box.rows[1] - box.rows[0] + 1, cols = box.cols[1] - box.cols[0] + 1, longest = Math.max(rows, cols);
  const side = longest + 2 * Math.max(1, Math.ceil((8 - longest) / 2));
  svg?.setAttribute("viewBox", `${box.cols[0] - Math.floor((side - cols) / 2)} ${box.rows[0] - Math.floor((side - rows) / 2)} ${side} ${side}`);
  /** @param {Element} rect @param {number[]} numbers */
  const set = (rect, numbers) => ["x", "y", "width", "height"].forEach((name, i) => rect.setAttribute(name, String(numbers[i])));
  for (const rect of svg?.querySelectorAll("rect") ?? []) { set(rect, [box.cols[0], box.rows[0], cols, rows]); }
  svg?.querySelector("rect:last-of-type")?.setAttribute("class", mark);
  const top = Math.max(0, box.rows[0]), left = Math.max(0, box.cols[0]);
  const real = [left, top, Math.max(0, Math.min(photo.shape[2] - 1, box.cols[1]) - left + 1), Math.max(0, Math.min(photo.shape[1] - 1, box.rows[1]) - top + 1)];
  if (gray) { set(gray, real); gray.setAttribute("viewBox", real.join(" ")); }
}

/** @param {Stage[]} stages @param {Place} place @param {number} value @param {import('./arithmetic.js').Told | null} told @returns {Node[]} */
function sum(stages, place, value, told) {
  const stage = stages[place.stage], before = stages[place.stage - 1], named = nameOf(stages, place.stage, place.channel);
  if (!told) { return [part(say("cell.result"), result([], value), "is-cell"), element("p", "note", place.stage ? say("js.click_for_sum") : "")]; }
  const blocks = told.terms.map((term) => {
    const block = element("div", "block"), read = nameOf(stages, place.stage - 1, term.channel);
    block.append(part(say("cell.patch", { map: read }), grid(term.patch, before), "is-rf"));
    if (term.weights && term.products) {
      block.append(op("×"), part(say("cell.kernel", { name: named }), grid(term.weights, signed(term.weights))),
        op("="), part(say("cell.products"), grid(term.products, signed(term.products))));
      if (told.terms.length > 1) { block.append(op("Σ"), element("output", "block-sum", number(term.sum, 3))); }
    }
    return block;
  });
  const curve = plot(stage, told.terms[0]?.patch[0]?.[0]?.value ?? 0, value);
  const middle = curve ? [op("→"), part(say("cell.curve", { name: named }), curve, "wide")] : [];
  /** @type {[string, string][]} */
  const lines = told.complete
    ? [[say("cell.sum"), number(told.sum, 3)], [say("cell.bias"), `${told.bias < 0 ? "\u2212" : "+"} ${number(Math.abs(told.bias), 3)}`]] : [];
  return [...blocks, ...middle, op(told.complete ? "Σ" : ""), part(say("cell.result"), result(lines, value), "is-cell")];
}

/** The server's drawing of the stage's curve, with the cell's point on it. @param {Stage} stage @param {number} x @param {number} y */
function plot(stage, x, y) {
  const template = document.querySelector(`template[data-curve="${stage.index}"]`);
  const svg = template instanceof HTMLTemplateElement ? template.content.firstElementChild?.cloneNode(true) : null;
  if (!(svg instanceof SVGElement)) { return null; }
  const [left, right, bottom, top] = (svg.dataset.plot ?? "").split(",").map(Number), [, , width, height] = (svg.getAttribute("viewBox") ?? "").split(" ").map(Number);
  const place = (/** @type {number} */ a, /** @type {number} */ b) => [(width * (a - left)) / (right - left), height * (1 - (b - bottom) / (top - bottom))];
  const [px, py] = place(x, y), [zx, zy] = place(0, 0), dot = svg.querySelector(".dot");
  dot?.setAttribute("cx", String(px));
  dot?.setAttribute("cy", String(py));
  svg.querySelector(".drop")?.setAttribute("d", `M${px} ${zy}V${py}H${zx}`);
  return svg;
}
