// @ts-check
/** A shape of one's own for the network of shapes: drawn as thick as those it learned from, asked about as a picture. */
import { gridRows, gridText } from "../grid_text.js";
import { Pad } from "../pad.js";

const THICK = 2; // cells, as in the pictures it is trained on
/** @type {WeakSet<HTMLCanvasElement>} */
const made = new WeakSet(); // a part that htmx swaps in may keep the canvas

export function start() {
  const form = document.querySelector("form[data-shape]");
  const canvas = form?.querySelector("[data-shape-pad]");
  if (!(form instanceof HTMLFormElement) || !(canvas instanceof HTMLCanvasElement)) return;
  form.hidden = false;
  if (made.has(canvas)) return;
  made.add(canvas);
  const says = form.querySelector("[data-shape-cell]");
  const words = form.dataset.textCell || "";
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("shape"));
  const pad = new Pad(canvas, Number(canvas.dataset.side), {
    brush: (rub) => (rub ? 0 : 1),
    tell: (row, col, value) => {
      if (says) says.textContent = words.replace("{row}", String(row)).replace("{col}", String(col)).replace("{value}", String(value));
    },
    thick: THICK,
  });
  const rows = gridRows(field.value);
  if (rows?.length === pad.size && rows.every((row) => row.length === pad.size)) pad.load(rows);
  form.querySelector("[data-shape-clear]")?.addEventListener("click", () => pad.clear());
  form.addEventListener("submit", () => { field.value = gridText(pad.cells, 0); }, true);
}
