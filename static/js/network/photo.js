// @ts-check
/** The field of a map's strongest cell, or of a cell, on the photo; the rest is dimmed. */

import { svg } from "../overlay.js";
import { number, say } from "../words.js";
import { fieldOf } from "./model.js";

/** @typedef {import('./model.js').Data} Data */

/**
 * @param {HTMLElement} main @param {Data} data @param {import('./model.js').Unit | null} unit
 * @param {[number, number] | null} [cell] its strongest one when left out
 */
export function show(main, data, unit, cell = null) {
  const over = main.querySelector("[data-over]"), says = main.querySelector("[data-sees]");
  if (!over || !says) { return; }
  over.replaceChildren();
  const block = unit && data.blocks[unit.block - 1];
  if (!unit || !block?.peaks[unit.unit]) { says.textContent = ""; return; }
  const [row, col] = cell ?? block.peaks[unit.unit], box = fieldOf(data, block, row, col), [, rows, cols] = data.picture;
  const height = box.rows[1] - box.rows[0] + 1, width = box.cols[1] - box.cols[0] + 1;
  const d = `M${box.cols[0]} ${box.rows[0]}h${width}v${height}h${-width}z`;
  over.append(
    svg("path", { class: "veil", "fill-rule": "evenodd", d: `M0 0h${cols}v${rows}h${-cols}z${d}` }),
    svg("path", { class: "halo", d }), svg("path", { class: "rfmark", d }),
  );
  const place = cell ? say("js.net_cell", { row, col }) : say("js.net_strongest");
  const beyond = height > rows || width > cols ? ` ${say("js.net_beyond", { rows, cols })}` : "";
  says.textContent = block.kind === "dense"
    ? say("js.net_dense_sees", { block: block.number, unit: unit.unit, value: number(block.means[unit.unit], 2) })
    : say("js.net_sees", { block: block.number, unit: unit.unit, cell: place, rows: height, cols: width }) + beyond;
}
