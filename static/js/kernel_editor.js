// @ts-check
/** The kernel editor: cells, actions and facts; what is typed acts on the maps at once. */
import { copy } from "./copy.js";
import { go, readable, scene } from "./history.js";
import { fill, steer } from "./kernel_cells.js";
import * as facts from "./kernel_facts.js";
import * as slices from "./kernel_slices.js";
import * as matrix from "./matrix.js";
import { read, value } from "./numbers.js";

const MOST = 31; // rows or columns
const PAUSE = 250; // ms of typing before the maps follow
/** @type {{layer: string, index: string, name: string, text: string, before: number[][][], slices: number[][][], slice: number, sent: string} | null} the slice on show is one of the kernel's `slices` */
let open = null;
/** @type {number | undefined} */
let timer;
/** @type {Record<string, (m: number[][]) => number[][] | null>} */
const changes = { normalise: matrix.normalise, negate: matrix.negate, transpose: matrix.transpose, rotate90: matrix.rotate90, flip180: matrix.flip180, randomise: matrix.randomise };

const panel = () => /** @type {HTMLFormElement} */ (document.getElementById("kerneleditor"));
const table = () => /** @type {HTMLTableElement} */ (panel().querySelector("[data-editor-cells]"));
const size = (/** @type {string} */ axis) => /** @type {HTMLInputElement} */ (panel().querySelector(`[data-editor-${axis}]`));

/** @param {string} name @param {Record<string, string | number>} [values] */
function phrase(name, values = {}) {
  return (panel().getAttribute(`data-text-${name}`) || "").replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}

/** @param {string} text */
function fault(text) {
  const place = panel().querySelector("[data-editor-fault]");
  if (place) place.textContent = text;
}

export function start() {
  document.addEventListener("click", (event) => {
    const swatch = event.target instanceof Element ? event.target.closest("[data-edit-kernel]") : null;
    if (swatch instanceof HTMLElement) show(swatch);
  });
  document.addEventListener("htmx:after:swap", follow);
  const form = panel();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply(false);
  });
  form.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-editor]") : null;
    if (button instanceof HTMLButtonElement) act(button.dataset.editor || "", button);
    const tab = event.target instanceof Element ? event.target.closest("[data-slice]") : null;
    if (tab instanceof HTMLElement && open) {
      open.slice = Number(tab.dataset.slice);
      draw();
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.target instanceof Element && event.target.closest("[data-editor-cells]")) steer(table(), event);
  });
  table().addEventListener("focusin", (event) => { if (event.target instanceof HTMLInputElement) event.target.select(); });
  table().addEventListener("input", (event) => { if (event.target instanceof HTMLInputElement) type(event.target); });
  table().addEventListener("paste", paste);
  for (const axis of ["rows", "cols"]) size(axis).addEventListener("change", resize);
}

/** The notation of a kernel of one or more slices. @param {number[][][]} kernel */
const written = (kernel) => (kernel.length > 1 || open?.text.startsWith("slices(") ? `slices(${kernel.map(matrix.text).join(",")})` : matrix.text(kernel[0]));

/** The button that carries a kernel's numbers: that of its first slice. @param {string} layer @param {string} index */
function holderOf(layer, index) {
  const found = document.querySelector(`[data-edit-kernel="${layer}"][data-kernel-index="${index}"][data-kernel-values]`);
  return found instanceof HTMLElement ? found : null;
}

/** @param {HTMLElement} swatch */
function show(swatch) {
  const { editKernel: layer = "", kernelIndex: index = "0", kernelSlice: slice = "0" } = swatch.dataset;
  const holder = holderOf(layer, index);
  if (!holder) return;
  const { kernelName: name = "", kernelText: text = "" } = holder.dataset;
  const before = slices.read(holder);
  open = { layer, index, name, text, before, slices: before, slice: Number(slice), sent: "" };
  open.sent = written(before);
  const title = panel().querySelector("h2");
  if (title) title.textContent = phrase("title", { n: layer, name });
  const named = !name.startsWith("[") && before.length === 1;
  const reset = panel().querySelector('[data-editor="reset"]');
  if (reset) reset.textContent = named ? phrase("named", { name }) : phrase("before");
  fault("");
  table().tBodies[0].replaceChildren();
  panel().showPopover();
  draw();
  place(swatch);
  table().querySelector("input")?.focus();
}

/** Beside the column, never over the photo. @param {HTMLElement} swatch */
function place(swatch) {
  if (innerWidth <= 700) return panel().removeAttribute("style"); // a sheet at the bottom, by the styles
  const column = (swatch.closest(".col") || swatch).getBoundingClientRect();
  const photo = document.querySelector(".photo.col")?.getBoundingClientRect().right || 0;
  const width = panel().offsetWidth;
  const free = innerWidth - width - 16;
  const beside = column.right + 24 <= free ? column.right + 24 : column.left - width - 24;
  panel().style.left = `${Math.max(Math.min(beside < photo + 8 ? free : beside, free), Math.min(photo + 8, free))}px`;
  panel().style.top = `${Math.max(8, Math.min(column.top, innerHeight - panel().offsetHeight - 8))}px`;
}

function close() {
  if (timer) apply(true);
  delete panel().dataset.dragging;
  panel().hidePopover();
  const swatch = open && document.querySelector(`[data-edit-kernel="${open.layer}"][data-kernel-index="${open.index}"][data-kernel-slice="${open.slice}"]`);
  open = null;
  if (swatch instanceof HTMLElement) swatch.focus();
}

function draw() {
  if (!open) return;
  const kernel = open.slices[open.slice];
  size("rows").value = String(kernel.length);
  size("cols").value = String(kernel[0].length);
  const tabs = panel().querySelector("[data-editor-slices]");
  if (tabs instanceof HTMLElement) slices.show(tabs, open.slices.length, open.slice, (n) => phrase("slice", { n }));
  fill(table(), kernel, (row, col) => phrase("cell", { row, col }));
  facts.show(panel(), kernel, phrase);
}

/** @param {HTMLInputElement} input */
function type(input) {
  const typed = value(input.value.trim());
  input.toggleAttribute("aria-invalid", typed === null);
  if (typed === null) input.setAttribute("aria-invalid", "true");
  fault(typed === null && input.value.trim() ? phrase("word", { word: input.value }) : "");
  if (typed === null || !open) return;
  const [row, col] = [Number(input.dataset.row), Number(input.dataset.col)];
  replace(open.slices[open.slice].map((line, r) => line.map((cell, c) => (r === row && c === col ? typed : cell))));
  draw();
  clearTimeout(timer);
  timer = window.setTimeout(() => apply(true), PAUSE);
}

/** The slice on show becomes another; the others take its size, because all slices have one. @param {number[][]} kernel */
function replace(kernel) {
  if (!open) return;
  const { slice } = open;
  open.slices = open.slices.map((other, i) => (i === slice ? kernel : matrix.resized(other, kernel.length, kernel[0].length)));
}

/** A block of cells replaces the kernel; a single number goes into its cell as ever. @param {ClipboardEvent} event */
function paste(event) {
  const text = event.clipboardData?.getData("text/plain").trim() || "";
  if (!open || !/[\s,;[]/.test(text) || value(text) !== null) return;
  event.preventDefault();
  const { rows, fault: wrong } = read(text);
  if (wrong) return fault(phrase(wrong.name === "large" ? "word" : wrong.name, wrong.values));
  if (Math.max(rows.length, rows[0].length) > MOST) return fault(phrase("side", { rows: rows.length, cols: rows[0].length }));
  set(rows);
}

function resize() {
  const bound = (/** @type {string} */ axis) => Math.max(1, Math.min(MOST, Math.round(Number(size(axis).value)) || 1));
  if (open) set(matrix.resized(open.slices[open.slice], bound("rows"), bound("cols")));
}

/** @param {string} action @param {HTMLButtonElement} button */
function act(action, button) {
  if (action === "close") return close();
  if (!open) return;
  const kernel = open.slices[open.slice];
  if (action === "copy") copy(matrix.text(kernel), button);
  if (action === "table") copy(kernel.map((row) => row.join("\t")).join("\n"), button);
  if (action === "json") copy(JSON.stringify(kernel), button);
  if (action === "reset") {
    open.slices = open.before;
    set(open.before[open.slice]);
  }
  if (!(action in changes)) return;
  const changed = changes[action](kernel);
  if (changed) set(changed);
  else fault(phrase("zero"));
}

/** @param {number[][]} kernel */
function set(kernel) {
  replace(kernel);
  fault("");
  draw();
  apply(false);
}

/** Typing makes one step of undo, every action one of its own. @param {boolean} typed */
function apply(typed) {
  clearTimeout(timer);
  timer = undefined;
  if (!open) return;
  const now = written(open.slices);
  if (now === open.sent) return;
  const again = typed && panel().dataset.typed === "yes";
  panel().dataset.typed = typed ? "yes" : "";
  if (again) panel().dataset.dragging = "yes";
  else delete panel().dataset.dragging;
  open.sent = now;
  const back = now === written(open.before);
  const edit = new URLSearchParams({ action: "set_kernel", layer: open.layer, index: open.index, text: back ? open.text : now });
  if (again) edit.set("history", "replace");
  go(`/edit?${scene()}&${readable(edit)}`);
}

/** After a swap the editor shows what the page has: an undo changes it too. */
function follow() {
  if (!open || timer) return;
  const holder = holderOf(open.layer, open.index);
  if (!holder) return close();
  const found = slices.read(holder);
  const shown = written(found);
  if (shown === open.sent) return;
  open.slices = found;
  open.slice = Math.min(open.slice, found.length - 1);
  open.sent = shown;
  draw();
}
