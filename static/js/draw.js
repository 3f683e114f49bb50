// @ts-check
/** The drawing among the sources: its pad, its tools, and the drawing as a picture of exact numbers. */
import { gridPng, gridRows, gridText, SHORT } from "./grid_text.js";
import { Pad } from "./pad.js";
import { onPicture, phrase, use, whenLoaded } from "./source_panel.js";
import { send } from "./uploads.js";
import { number } from "./words.js";

const FIRST_SIZE = 16;

export function start() {
  whenLoaded((panel) => {
    const pick = /** @type {<T extends Element>(name: string) => T} */ ((name) => panel.querySelector(`[data-draw-${name}]`));
    const level = /** @type {HTMLInputElement} */ (pick("value"));
    const erase = /** @type {HTMLInputElement} */ (pick("erase"));
    const sizes = /** @type {HTMLSelectElement} */ (pick("size"));
    const canvas = /** @type {HTMLCanvasElement} */ (panel.querySelector("[data-pad]"));
    const pad = new Pad(canvas, FIRST_SIZE, {
      brush: (rub) => (rub || erase.checked ? 0 : Number(level.value)),
      tell: (row, col, value) => { pick("cell").textContent = phrase("draw", "cell", { row, col, value: number(value, 2) }); },
    });
    level.addEventListener("input", () => { pick("shown").textContent = number(Number(level.value), 2); });
    pick("clear").addEventListener("click", () => pad.clear());
    sizes.addEventListener("change", () => pad.resize(Number(sizes.value)));
    pick("use").addEventListener("click", () => finish(pad.cells));
    onPicture((open) => {
      const rows = gridRows(open);
      const offered = [...sizes.options].some((option) => Number(option.value) === rows?.length);
      if (!rows || !offered || rows[0].length !== rows.length || rows.flat().some((cell) => cell < 0 || cell > 1)) return;
      sizes.value = String(rows.length);
      pad.load(rows);
    });
  });
}

/** @param {number[][]} cells */
async function finish(cells) {
  const text = gridText(cells, 2);
  if (text.length <= SHORT) use(text);
  else send(await gridPng(cells), "drawing.png");
}
