// @ts-check
/** A map or the photo enlarged: whole pixels a cell, and the numbers in the cells where they fit (0..1 or 0..255). */
import { number, say } from "./words.js";

const READABLE = 40; // CSS pixels a cell from which its number, or its three colours', fit at 12 px
const LINE = 13; // CSS pixels from number to number of one cell
let zoom = 8;
let listening = false;
/** @type {{image: HTMLImageElement, planes: Float32Array[], rows: number, cols: number} | null} */
let shown = null;
/** @type {{row: number, col: number} | null} the cell that was walked to */
let at = null;
let name = "";
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export function start() {
  if (listening) return;
  listening = true;
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest("[data-enlarge]");
    if (button instanceof HTMLElement) open(button);
    const step = event.target.closest("[data-zoom]");
    if (step instanceof HTMLElement) change(Number(step.dataset.zoom));
  });
  document.querySelector("[data-as-bytes]")?.addEventListener("change", () => {
    draw();
    tell();
  });
  document.querySelector("[data-enlarged]")?.addEventListener("keydown", (event) => {
    if (!(event instanceof KeyboardEvent)) return;
    if (event.key === "+") change(1);
    if (event.key === "-") change(-1);
    const step = event.target instanceof Element && event.target.matches(".pan") ? STEPS[event.key] : null;
    if (!step || !shown) return;
    event.preventDefault();
    if (at) walk(at.row + step[0] * (event.shiftKey ? 8 : 1), at.col + step[1] * (event.shiftKey ? 8 : 1));
    else walk(0, 0);
  });
  document.querySelector("[data-enlarged] canvas")?.addEventListener("click", (event) => {
    if (event instanceof MouseEvent) walk(Math.floor(event.offsetY / zoom), Math.floor(event.offsetX / zoom));
  });
}

/** Mark a cell and say its value. @param {number} row @param {number} col */
function walk(row, col) {
  if (!shown) return;
  at = { row: Math.min(Math.max(row, 0), shown.rows - 1), col: Math.min(Math.max(col, 0), shown.cols - 1) };
  draw();
  const pan = document.querySelector("[data-enlarged] .pan");
  if (pan) {
    pan.scrollTop = Math.min(pan.scrollTop, at.row * zoom);
    pan.scrollTop = Math.max(pan.scrollTop, (at.row + 1) * zoom - pan.clientHeight);
    pan.scrollLeft = Math.min(pan.scrollLeft, at.col * zoom);
    pan.scrollLeft = Math.max(pan.scrollLeft, (at.col + 1) * zoom - pan.clientWidth);
  }
  tell();
}

function tell() {
  const output = document.querySelector("[data-enlarged-cell]");
  if (!output || !shown) return;
  const { planes, cols } = shown, here = at;
  const values = here ? planes.map((plane) => plane[here.row * cols + here.col]) : [];
  output.textContent = here ? say("js.cell_at", { map: name, ...here, value: values.map((v) => written(v, 3)).join("; ") }) : "";
}

/** @param {number} value @param {number} digits */
function written(value, digits) {
  const bytes = document.querySelector("[data-as-bytes]");
  return bytes instanceof HTMLInputElement && bytes.checked ? String(Math.round(value * 255)) : number(value, digits);
}

/** @param {HTMLElement} button */
async function open(button) {
  const column = button.closest("[data-stage]");
  const dialog = document.querySelector("[data-enlarged]");
  const frame = column?.querySelector(".frame");
  if (!(column instanceof HTMLElement) || !(dialog instanceof HTMLDialogElement)) return;
  const [maps, rows, cols] = (column.dataset.shape || "1,1,1").split(",").map(Number);
  const image = new Image();
  image.src = button.dataset.picture || frame?.querySelector("img")?.src || "";
  await image.decode();
  zoom = Math.max(1, Math.floor(Math.min((innerWidth * 0.9) / cols, (innerHeight * 0.75) / rows)));
  shown = { image, planes: [], rows, cols };
  at = null;
  name = column.querySelector("h2, b")?.textContent?.trim().replace(/\s+/g, " ") || "";
  const heading = dialog.querySelector("[data-enlarged-name]");
  if (heading) heading.textContent = `${name} · ${rows} × ${cols}`;
  dialog.showModal();
  draw();
  tell();
  const raw = await import("./raw.js");
  const channel = button.dataset.channel ?? frame?.getAttribute("data-channel") ?? "0";
  const colours = column.dataset.stage === "0" && maps === 3; // the photo is seen in all its colours
  const channels = colours ? [0, 1, 2] : [Number(channel)];
  const planes = await Promise.all(channels.map((one) => raw.plane(column.dataset.tensor || "", one, colours)));
  if (shown?.image !== image) return;
  shown.planes = planes.filter((plane) => plane !== null);
  draw();
  tell();
}

/** @param {number} by */
function change(by) {
  zoom = Math.max(1, Math.min(96, by > 0 ? Math.ceil(zoom * 1.5) : Math.floor(zoom / 1.5)));
  draw();
}

function draw() {
  const canvas = document.querySelector("[data-enlarged] canvas");
  const output = document.querySelector("[data-zoom-value]");
  if (!(canvas instanceof HTMLCanvasElement) || !shown) return;
  zoom = Math.min(zoom, Math.floor(8000 / Math.max(shown.rows, shown.cols))); // a canvas has a largest side
  canvas.width = shown.cols * zoom;
  canvas.height = shown.rows * zoom;
  if (output) output.textContent = `${zoom} px`;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) return;
  pen.imageSmoothingEnabled = false;
  pen.drawImage(shown.image, 0, 0, canvas.width, canvas.height);
  if (zoom >= READABLE && shown.planes.length) write(pen, shown.planes, shown.rows, shown.cols);
  if (!at) return;
  for (const [colour, width] of /** @type {[string, number][]} */ ([["#0b0d12", 5], ["#ff2e97", 3]])) {
    pen.strokeStyle = colour; // the cell's mark and its halo
    pen.lineWidth = width;
    pen.strokeRect(at.col * zoom, at.row * zoom, zoom, zoom);
  }
}

/** @param {CanvasRenderingContext2D} pen @param {Float32Array[]} planes @param {number} rows @param {number} cols */
function write(pen, planes, rows, cols) {
  pen.font = "12px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (let row = 0; row < rows; row += 1) {
    for (let col = 0; col < cols; col += 1) {
      const [r, g, b] = pen.getImageData(col * zoom + 1, row * zoom + 1, 1, 1).data;
      pen.fillStyle = 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#000" : "#fff";
      for (const [i, values] of planes.entries()) {
        const value = values[row * cols + col], down = LINE * (i - (planes.length - 1) / 2);
        pen.fillText(written(value, 2), (col + 0.5) * zoom, (row + 0.5) * zoom + down);
      }
    }
  }
}
