// @ts-check
/** The editor's cells: a number each, coloured by sign, arrows between them. */
import { value } from "./numbers.js";
import { number } from "./words.js";

const STEPS = 32; // classes d0 to d32 of the scales

/** A number as it can be typed, to three digits, which a cell has room for: the kernel keeps them all. @param {number} v */
export function written(v) {
  const size = Math.abs(v);
  if (size && (size >= 1e5 || size < 1e-3)) {
    const [digits, power] = v.toExponential(2).split("e");
    return `${decimal(Number(digits))}e${Number(power)}`;
  }
  return decimal(Number.isInteger(v) ? v : Number(v.toPrecision(3)));
}

/** Every decimal of a number, in the page's language. @param {number} v */
const decimal = (v) => number(v + 0, (String(v).split(".")[1] || "").length);

/** @param {HTMLTableElement} table @param {number[][]} kernel @param {(row: number, col: number) => string} name */
export function fill(table, kernel, name) {
  const body = table.tBodies[0];
  const same = body.rows.length === kernel.length && body.rows[0]?.cells.length === kernel[0].length;
  if (!same) {
    table.dataset.wide = kernel[0].length > 9 ? "very" : kernel[0].length > 5 ? "yes" : "no";
    body.replaceChildren(...kernel.map((row, r) => {
      const line = document.createElement("tr");
      line.append(...row.map((_, c) => cell(r, c, name(r, c))));
      return line;
    }));
  }
  const most = Math.max(...kernel.flat().map(Math.abs)) || 1;
  kernel.forEach((row, r) => row.forEach((v, c) => {
    const input = inputAt(table, r, c);
    if (!input) return;
    input.title = String(v);
    input.className = `d${Math.round(((v / most + 1) / 2) * STEPS)}`;
    if (input === document.activeElement && value(input.value) === v) return; // still being typed
    input.value = written(v);
    input.removeAttribute("aria-invalid");
  }));
}

/** @param {number} row @param {number} col @param {string} name */
function cell(row, col, name) {
  const place = document.createElement("td");
  const input = document.createElement("input");
  input.type = "text";
  input.inputMode = "text"; // the decimal keypad of some phones has no minus
  input.autocomplete = "off";
  input.dataset.row = String(row);
  input.dataset.col = String(col);
  input.setAttribute("aria-label", name);
  input.tabIndex = row || col ? -1 : 0;
  place.append(input);
  return place;
}

/** @param {HTMLTableElement} table @param {number} row @param {number} col */
function inputAt(table, row, col) {
  const found = table.querySelector(`input[data-row="${row}"][data-col="${col}"]`);
  return found instanceof HTMLInputElement ? found : null;
}

/** Up and down always move; left and right when the caret is at the end of the text. @param {HTMLTableElement} table @param {KeyboardEvent} event */
export function steer(table, event) {
  const input = event.target;
  if (!(input instanceof HTMLInputElement)) return;
  const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  const [first, last] = [whole || input.selectionEnd === 0, whole || input.selectionStart === input.value.length];
  const step = /** @type {Record<string, number[] | false>} */ ({
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: first && [0, -1], ArrowRight: last && [0, 1],
  })[event.key];
  const next = step && inputAt(table, Number(input.dataset.row) + step[0], Number(input.dataset.col) + step[1]);
  if (!next) return;
  event.preventDefault();
  next.focus();
}
