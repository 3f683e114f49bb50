// @ts-check
/** A pad of cells to draw on, with the pointer or the keyboard; the drawing becomes a picture of exact numbers. */
import { gridPng, gridRows, gridText, SHORT } from "./grid_text.js";
import { onPicture, phrase, use, whenLoaded } from "./source_panel.js";
import { send } from "./uploads.js";
import { number } from "./words.js";

const SIDE = 256; // CSS pixels of the pad; every size divides it
let size = 16;
/** @type {number[][]} */
let cells = blank(size);
let at = { row: 0, col: 0 };
/** @type {{row: number, col: number} | null} */
let last = null;

/** @param {number} n */
function blank(n) {
  return Array.from({ length: n }, () => Array(n).fill(0));
}

export function start() {
  whenLoaded((panel) => {
    const pad = /** @type {HTMLCanvasElement} */ (panel.querySelector("[data-pad]"));
    const pick = /** @type {<T extends Element>(name: string) => T} */ ((name) => panel.querySelector(`[data-draw-${name}]`));
    const level = /** @type {HTMLInputElement} */ (pick("value"));
    const erase = /** @type {HTMLInputElement} */ (pick("erase"));
    const brush = (/** @type {boolean} */ rub) => (rub || erase.checked ? 0 : Number(level.value));
    pad.width = pad.height = SIDE;
    level.addEventListener("input", () => { pick("shown").textContent = number(Number(level.value), 2); });
    pick("clear").addEventListener("click", () => { cells = blank(size); draw(pad); });
    const sizes = /** @type {HTMLSelectElement} */ (pick("size"));
    sizes.addEventListener("change", () => { resize(Number(sizes.value)); draw(pad); });
    pick("use").addEventListener("click", finish);
    pad.addEventListener("contextmenu", (event) => event.preventDefault());
    pad.addEventListener("pointerdown", (event) => {
      pad.setPointerCapture(event.pointerId);
      last = null;
      stroke(pad, event, brush(event.button === 2));
    });
    pad.addEventListener("pointermove", (event) => {
      if (event.buttons) stroke(pad, event, brush(event.buttons === 2));
    });
    pad.addEventListener("keydown", (event) => byKey(pad, event, brush));
    onPicture((open) => {
      const rows = gridRows(open);
      const offered = [...sizes.options].some((option) => Number(option.value) === rows?.length);
      if (!rows || !offered || rows[0].length !== rows.length || rows.flat().some((cell) => cell < 0 || cell > 1)) return;
      size = rows.length;
      cells = rows;
      at = { row: 0, col: 0 };
      sizes.value = String(size);
      draw(pad);
    });
    for (const name of ["focus", "blur"]) pad.addEventListener(name, () => draw(pad));
    draw(pad);
  });
}

/** Another number of cells keeps the drawing. @param {number} n */
function resize(n) {
  const before = cells;
  const scale = size / n;
  cells = blank(n).map((row, r) => row.map((_, c) => before[Math.floor(r * scale)][Math.floor(c * scale)]));
  at = { row: Math.min(at.row, n - 1), col: Math.min(at.col, n - 1) };
  size = n;
}

/** @param {HTMLCanvasElement} pad @param {PointerEvent} event @param {number} value */
function stroke(pad, event, value) {
  const box = pad.getBoundingClientRect();
  const inside = (/** @type {number} */ share) => Math.max(0, Math.min(size - 1, Math.floor(share * size)));
  const here = { row: inside((event.clientY - box.top) / box.height), col: inside((event.clientX - box.left) / box.width) };
  const from = last || here;
  const steps = Math.max(Math.abs(here.row - from.row), Math.abs(here.col - from.col), 1);
  for (let i = 0; i <= steps; i += 1) { // a fast pointer skips cells: fill the line between
    cells[Math.round(from.row + ((here.row - from.row) * i) / steps)][Math.round(from.col + ((here.col - from.col) * i) / steps)] = value;
  }
  at = last = here;
  draw(pad);
}

/** @param {HTMLCanvasElement} pad @param {KeyboardEvent} event @param {(rub: boolean) => number} brush */
function byKey(pad, event, brush) {
  const step = /** @type {Record<string, number[]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] })[event.key];
  if (step) {
    at = { row: Math.max(0, Math.min(size - 1, at.row + step[0])), col: Math.max(0, Math.min(size - 1, at.col + step[1])) };
    if (event.shiftKey) cells[at.row][at.col] = brush(false);
  } else if (event.key === " " || event.key === "Enter") cells[at.row][at.col] = brush(false);
  else if (event.key === "Delete" || event.key === "Backspace") cells[at.row][at.col] = 0;
  else return;
  event.preventDefault();
  draw(pad);
}

/** @param {HTMLCanvasElement} pad */
function draw(pad) {
  const pen = pad.getContext("2d");
  if (!pen) return;
  const cell = SIDE / size;
  cells.forEach((row, r) => row.forEach((value, c) => {
    const level = Math.round(value * 255);
    pen.fillStyle = `rgb(${level} ${level} ${level})`;
    pen.fillRect(c * cell, r * cell, cell, cell);
  }));
  if (pad.matches(":focus")) {
    pen.strokeStyle = getComputedStyle(pad).getPropertyValue("--cell-mark");
    pen.lineWidth = 2;
    pen.strokeRect(at.col * cell + 1, at.row * cell + 1, cell - 2, cell - 2);
  }
  const output = document.querySelector("[data-draw-cell]");
  if (output) output.textContent = phrase("draw", "cell", { row: at.row, col: at.col, value: number(cells[at.row][at.col], 2) });
}

async function finish() {
  const text = gridText(cells, 2);
  if (text.length <= SHORT) use(text);
  else send(await gridPng(cells), "drawing.png");
}
