// @ts-check
/** A picture typed or pasted as numbers: blanks, tabs, commas, semicolons, decimal commas, JSON or the notation. */
import { gridRows, gridText, MAX_TEXT } from "./grid_text.js";
import { onPicture, phrase, use, whenLoaded } from "./source_panel.js";
import { number } from "./words.js";

const MAX_SIDE = 256;
const LARGEST = 3.4e38; // of 32 bits

/** @typedef {{name: string, values: Record<string, string | number>}} Fault */

/** @param {string} text @returns {{rows: number[][], fault: Fault | null}} */
export function read(text) {
  const rows = lines(text).map(cells);
  /** @type {number[][]} */
  const found = [];
  for (const [at, row] of rows.entries()) {
    const wrong = row.find((cell) => value(cell) === null);
    if (wrong !== undefined) return { rows: [], fault: { name: "word", values: { row: at + 1, word: wrong.slice(0, 20) } } };
    found.push(row.map((cell) => /** @type {number} */ (value(cell))));
  }
  return { rows: found, fault: found.length ? misfit(found) : { name: "word", values: { row: 1, word: "" } } };
}

/** @param {number[][]} rows @returns {Fault | null} */
function misfit(rows) {
  const first = rows[0].length;
  const ragged = rows.findIndex((row) => row.length !== first);
  if (ragged >= 0) return { name: "ragged", values: { row: ragged + 1, n: rows[ragged].length, first } };
  if (Math.max(rows.length, first) > MAX_SIDE) return { name: "side", values: { rows: rows.length, cols: first } };
  const large = rows.findIndex((row) => row.some((cell) => Math.abs(cell) > LARGEST));
  return large < 0 ? null : { name: "large", values: { row: large + 1, word: String(rows[large].find((cell) => Math.abs(cell) > LARGEST)) } };
}

/** @param {string} text @returns {string[]} one text a row */
function lines(text) {
  const bare = text.trim();
  const inner = bare.replace(/^grid\(|\)$/g, "");
  if (inner.startsWith("[")) return inner.replace(/\]\s*,\s*\[/g, ";").replace(/[[\]]/g, "").split(";").map((line) => line.replaceAll("\n", " ")).filter((line) => line.trim());
  const many = bare.split(/\r?\n/).filter((line) => line.trim());
  // one line with both signs is the notation's: 0,1;1,0
  return many.length === 1 && bare.includes(";") && bare.includes(",") ? bare.split(";") : many;
}

/** The cells of a row; a comma between digits is a decimal sign where something else parts the cells. @param {string} line */
function cells(line) {
  const split = (/** @type {string | RegExp} */ by) => line.split(by).map((cell) => cell.trim());
  if (line.includes("\t")) return split("\t").filter((cell, i, all) => cell || i < all.length - 1);
  if (line.includes(";")) return split(";").filter((cell, i, all) => cell || i < all.length - 1);
  if (/,\s/.test(line)) return split(/,\s*/).filter(Boolean);
  if (/\S\s+\S/.test(line)) return line.trim().split(/\s+/);
  return line.includes(",") ? split(",").filter((cell, i, all) => cell || i < all.length - 1) : [line.trim()];
}

/** One cell's number, with a decimal point or comma. @param {string} cell @returns {number | null} */
export function value(cell) {
  const plain = cell.replace("\u2212", "-").replace(",", ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

/** Put a text into the field and look at it. @param {string} text */
export function show(text) {
  const field = document.querySelector("[data-numbers]");
  if (!(field instanceof HTMLTextAreaElement)) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

export function start() {
  whenLoaded((panel) => {
    const field = /** @type {HTMLTextAreaElement} */ (panel.querySelector("[data-numbers]"));
    const bytes = /** @type {HTMLInputElement} */ (panel.querySelector("[data-numbers-bytes]"));
    const button = /** @type {HTMLButtonElement} */ (panel.querySelector("[data-numbers-use]"));
    let image = "";
    const look = () => {
      const { rows, fault } = read(field.value);
      const shown = bytes.checked ? rows.map((row) => row.map((cell) => cell / 255)) : rows;
      image = fault ? "" : gridText(shown, bytes.checked ? 4 : null);
      const long = image.length > MAX_TEXT ? { name: "long", values: { n: image.length } } : null;
      tell(panel, field.value.trim() ? fault || long : null, shown);
      button.disabled = !image || Boolean(long);
    };
    field.addEventListener("input", look);
    bytes.addEventListener("change", look);
    button.addEventListener("click", () => use(image));
    onPicture((open) => {
      const rows = gridRows(open);
      if (!rows) return;
      field.value = rows.map((row) => row.join(" ")).join("\n");
      bytes.checked = false;
      look();
    });
  });
}

/** @param {HTMLElement} panel @param {Fault | null} fault @param {number[][]} rows */
function tell(panel, fault, rows) {
  const state = panel.querySelector("[data-numbers-state]");
  const canvas = panel.querySelector("[data-numbers-preview]");
  if (!(state instanceof HTMLElement) || !(canvas instanceof HTMLCanvasElement)) return;
  state.classList.toggle("warnl", Boolean(fault));
  canvas.hidden = Boolean(fault) || !rows.length;
  if (fault || !rows.length) {
    state.textContent = fault ? phrase("numbers", fault.name, fault.values) : "";
    return;
  }
  const all = rows.flat();
  const low = all.reduce((a, b) => Math.min(a, b));
  const high = all.reduce((a, b) => Math.max(a, b));
  state.textContent = phrase("numbers", "shape", { rows: rows.length, cols: rows[0].length, low: number(low, 2), high: number(high, 2) });
  canvas.width = rows[0].length;
  canvas.height = rows.length;
  const pen = canvas.getContext("2d");
  const pixels = pen?.createImageData(canvas.width, canvas.height);
  if (!pen || !pixels) return;
  all.forEach((cell, i) => pixels.data.set([...Array(3).fill((255 * (cell - low)) / (high - low || 1)), 255], 4 * i));
  pen.putImageData(pixels, 0, 0);
}
