// @ts-check
/** Number grids and parts of the card, built as the server's components/grid.html builds them. */

import { number } from "./words.js";

/** @typedef {import('./arithmetic.js').Cell} Cell */
/** @typedef {{low: number, high: number, colors: string}} Scale */

const STEPS = 32;

/** @param {string} tag @param {string} [name] class @param {string | Node} [content] */
export function element(tag, name = "", content = "") {
  const made = document.createElement(tag);
  if (name) { made.className = name; }
  made.append(content);
  return made;
}

/** The scale of signed numbers: symmetric about 0. @param {Cell[][]} cells @returns {Scale} */
export function signed(cells) {
  const size = Math.max(...cells.flat().map((cell) => Math.abs(cell.value))) || 1;
  return { low: -size, high: size, colors: "diverging" };
}

/** @param {number} value @param {Scale} scale */
function style(value, scale) {
  const prefix = scale.colors === "gray" ? "g" : scale.colors === "sequential" ? "s" : "d";
  const finite = Number.isFinite(value) ? value : 0;
  const share = Math.min(1, Math.max(0, (finite - scale.low) / (scale.high - scale.low || 1)));
  return `${prefix}${Math.round(share * STEPS)}`;
}

/** @param {Cell[][]} cells @param {Scale} scale */
export function grid(cells, scale) {
  const pan = element("div", "grid-pan"), table = element("table", `grid${(cells[0]?.length ?? 0) > 5 ? " wide" : ""}`);
  const body = table.appendChild(element("tbody"));
  const whole = cells.flat().every((cell) => Number.isInteger(cell.value));
  for (const row of cells) {
    const line = body.appendChild(element("tr"));
    for (const cell of row) {
      const box = line.appendChild(element("td", `${style(cell.value, scale)}${cell.outside ? " out" : ""}${cell.wins ? " win" : ""}`));
      const infinite = !Number.isFinite(cell.value) ? (cell.value < 0 ? "\u2212\u221e" : "\u221e") : "";
      if (whole || infinite) { box.append(infinite || number(cell.value, 0)); continue; }
      box.append(element("span", "n3", number(cell.value, 3)), element("span", "n2", number(cell.value, 2)));
    }
  }
  pan.append(table);
  return pan;
}

/** @param {string} title @param {Node} content @param {string} [role] */
export function part(title, content, role = "") {
  const made = element("figure", `part ${role}`);
  made.append(element("figcaption", "", title), content);
  return made;
}

/** @param {string} sign */
export const op = (sign) => element("span", "op", sign);

/** The result: lines of [word, number], then the value. @param {[string, string][]} lines @param {number} value */
export function result(lines, value) {
  const list = element("dl", "sumup");
  for (const [word, text] of [...lines, ["=", number(value, 3)]]) {
    const line = list.appendChild(element("div", word === "=" ? "fin" : ""));
    line.append(element("dt", "", word), element("dd", "", text));
  }
  return list;
}
