// @ts-check
/** A pad of cells to draw on, with the pointer or the keyboard. */

const SIDE = 256; // CSS pixels of the pad; numbers of cells that do not divide it draw cells of uneven size
const STEPS = /** @type {Record<string, number[]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] });

/** @param {number} n @returns {number[][]} */
const blank = (n) => Array.from({ length: n }, () => Array(n).fill(0));

/**
 * @typedef {object} Tools
 * @property {(rub: boolean) => number} brush the number that is painted
 * @property {(row: number, col: number, value: number) => void} tell says which cell the keyboard is at
 * @property {number} [thick] cells that a stroke is wide
 */

export class Pad {
  /** @param {HTMLCanvasElement} canvas @param {number} size cells a side @param {Tools} tools */
  constructor(canvas, size, tools) {
    this.canvas = canvas;
    this.tools = tools;
    this.size = size;
    this.cells = blank(size);
    this.at = { row: 0, col: 0 };
    /** @type {{row: number, col: number} | null} */
    this.last = null;
    canvas.width = canvas.height = SIDE;
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.last = null;
      this.#stroke(event, tools.brush(event.button === 2));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons) this.#stroke(event, tools.brush(event.buttons === 2));
    });
    canvas.addEventListener("keydown", (event) => this.#byKey(event));
    for (const name of ["focus", "blur"]) canvas.addEventListener(name, () => this.draw());
    this.draw();
  }

  clear() {
    this.cells = blank(this.size);
    this.draw();
  }

  /** @param {number[][]} rows square */
  load(rows) {
    this.size = rows.length;
    this.cells = rows;
    this.at = { row: 0, col: 0 };
    this.draw();
  }

  /** Another number of cells keeps the drawing. @param {number} n */
  resize(n) {
    const before = this.cells;
    const scale = this.size / n;
    this.cells = blank(n).map((row, r) => row.map((_, c) => before[Math.floor(r * scale)][Math.floor(c * scale)]));
    this.at = { row: Math.min(this.at.row, n - 1), col: Math.min(this.at.col, n - 1) };
    this.size = n;
    this.draw();
  }

  draw() {
    const pen = this.canvas.getContext("2d");
    if (!pen) return;
    const cell = SIDE / this.size;
    const edge = (/** @type {number} */ place) => Math.round(place * cell);
    this.cells.forEach((row, r) => row.forEach((value, c) => {
      const level = Math.round(value * 255);
      pen.fillStyle = `rgb(${level} ${level} ${level})`;
      pen.fillRect(edge(c), edge(r), edge(c + 1) - edge(c), edge(r + 1) - edge(r));
    }));
    const { row, col } = this.at;
    if (this.canvas.matches(":focus")) {
      pen.strokeStyle = getComputedStyle(this.canvas).getPropertyValue("--cell-mark");
      pen.lineWidth = 2;
      pen.strokeRect(edge(col) + 1, edge(row) + 1, edge(col + 1) - edge(col) - 2, edge(row + 1) - edge(row) - 2);
    }
    this.tools.tell(row, col, this.cells[row][col]);
  }

  /** @param {number} row @param {number} col @param {number} value */
  #paint(row, col, value) {
    const thick = this.tools.thick ?? 1;
    for (const line of this.cells.slice(row, row + thick)) line.fill(value, col, Math.min(col + thick, this.size));
  }

  /** @param {PointerEvent} event @param {number} value */
  #stroke(event, value) {
    const box = this.canvas.getBoundingClientRect();
    const inside = (/** @type {number} */ share) => Math.max(0, Math.min(this.size - 1, Math.floor(share * this.size)));
    const here = { row: inside((event.clientY - box.top) / box.height), col: inside((event.clientX - box.left) / box.width) };
    const from = this.last || here;
    const steps = Math.max(Math.abs(here.row - from.row), Math.abs(here.col - from.col), 1);
    for (let i = 0; i <= steps; i += 1) { // a fast pointer skips cells: fill the line between
      this.#paint(Math.round(from.row + ((here.row - from.row) * i) / steps), Math.round(from.col + ((here.col - from.col) * i) / steps), value);
    }
    this.at = this.last = here;
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  #byKey(event) {
    const step = STEPS[event.key];
    const { at, size } = this;
    if (step) {
      this.at = { row: Math.max(0, Math.min(size - 1, at.row + step[0])), col: Math.max(0, Math.min(size - 1, at.col + step[1])) };
      if (event.shiftKey) this.#paint(this.at.row, this.at.col, this.tools.brush(false));
    } else if (event.key === " " || event.key === "Enter") this.#paint(at.row, at.col, this.tools.brush(false));
    else if (event.key === "Delete" || event.key === "Backspace") this.#paint(at.row, at.col, 0);
    else return;
    event.preventDefault();
    this.draw();
  }
}
