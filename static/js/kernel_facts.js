// @ts-check
/** What the editor says about a kernel: sum, magnitudes, rank, factors, and the picture of what it lets through. */
import * as matrix from "./matrix.js";
import { number } from "./words.js";

const SIZE = 64;
const MANY = 9; // a longer factor is not written out
/** @type {string[]} the sequential scale by its formula */
const scale = Array.from({ length: 64 }, (_, i) => {
  const t = i / 63;
  return `oklch(${0.2 + 0.75 * t} ${0.1 + 0.09 * Math.abs(2 * t - 1) ** 1.6} ${305 - 200 * t})`;
});

/** About four digits in the page's language. @param {number} value */
export function short(value) {
  if (Math.abs(value) >= 1e6) return number(Number(value.toExponential(3).split("e")[0]), 3) + value.toExponential(3).replace(/.*e\+?/, "e");
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 2 : 4;
  return number(value, digits).replace(/([.,]\d*?)0+$/, "$1").replace(/[.,]$/, "");
}

/** @param {HTMLElement} panel @param {number[][]} kernel @param {(name: string, values?: Record<string, string | number>) => string} phrase */
export function show(panel, kernel, phrase) {
  const write = (/** @type {string} */ name, /** @type {string} */ text) => {
    const place = panel.querySelector(`[data-editor-fact="${name}"]`);
    if (place) place.textContent = text;
  };
  const sum = matrix.total(kernel);
  const l1 = matrix.magnitudes(kernel);
  const rank = matrix.rank(kernel);
  const [rows, cols] = [kernel.length, kernel[0].length];
  write("sum", short(Math.abs(sum) <= 1e-9 * l1 ? 0 : sum));
  write("l1", short(l1));
  write("rank", String(rank));
  write("separable", rank === 1 ? phrase("yes", { few: rows + cols, many: rows * cols }) : phrase("no"));
  const pair = rank === 1 ? matrix.factors(kernel) : null;
  for (const name of /** @type {const} */ (["column", "row"])) {
    const factor = pair ? pair[name] : [];
    const line = panel.querySelector(`[data-editor-fact="${name}"]`)?.parentElement;
    if (line) line.hidden = !pair;
    write(name, factor.length > MANY ? `${factor.slice(0, MANY).map(short).join("  ")} …` : factor.map(short).join("  "));
  }
  draw(panel, kernel, phrase);
}

/** @param {HTMLElement} panel @param {number[][]} kernel @param {(name: string, values?: Record<string, string | number>) => string} phrase */
function draw(panel, kernel, phrase) {
  const canvas = panel.querySelector("[data-editor-response]");
  const pen = canvas instanceof HTMLCanvasElement ? canvas.getContext("2d") : null;
  if (!pen) return;
  const found = matrix.response(kernel, SIZE);
  const most = found.flat().reduce((a, b) => Math.max(a, b), 0);
  found.forEach((line, r) => line.forEach((value, c) => {
    pen.fillStyle = scale[Math.round((value / (most || 1)) * 63)];
    pen.fillRect(c, r, 1, 1);
  }));
  const output = panel.querySelector("[data-editor-most]");
  if (output) output.textContent = phrase("times", { n: short(most) });
}
