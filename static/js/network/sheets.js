// @ts-check
/** The sheets: every map of a block on one canvas in the chosen order, at a whole number of pixels a cell or one cell in n. */

import { cropOf, ordered, picture } from './model.js';

/** @typedef {import('./model.js').Block} Block */
/** @typedef {import('./model.js').Data} Data */
/** @typedef {{canvas: HTMLCanvasElement, block: Block, before: boolean, units: number[], pitch: number, rows: number, place: Map<number, number>}} Sheet */

const PITCHES = [58, 30, 16, 10]; // side of a map with its gap, in CSS pixels
const GAP = 2;
const FEW = 8; // maps of a block when only the strongest are shown

const WIDTHS = [128, 96, 64]; // of a sheet among others, the widest with which all stand side by side

/** @param {HTMLElement} column @param {number} width */
function room(column, width) {
  if (column.classList.contains('is-open')) { return 290; }
  return column.classList.contains('is-thin') ? 32 : width;
}

/** @param {number} count @param {number} height @param {number} width */
function pitchFor(count, height, width) {
  return PITCHES.find((pitch) => Math.ceil(count / Math.floor(height / pitch)) * pitch <= width) ?? PITCHES[PITCHES.length - 1];
}

/** Lay every sheet of the page out, narrower where they would not fit. @param {HTMLElement} main @param {Data} data @returns {Sheet[]} */
export function layOut(main, data) {
  const frame = main.querySelector('.net-scroll');
  /** @type {Sheet[]} */
  let sheets = [];
  for (const width of WIDTHS) {
    sheets = laidOut(main, data, width);
    if (!frame || frame.clientWidth < 500 || frame.scrollWidth <= frame.clientWidth) { break; }
  }
  return sheets;
}

/** @param {HTMLElement} main @param {Data} data @param {number} wide @returns {Sheet[]} */
function laidOut(main, data, wide) {
  const height = parseInt(getComputedStyle(main).getPropertyValue('--sheet-height'), 10) || 512;
  /** @type {Sheet[]} */
  const sheets = [];
  for (const canvas of main.querySelectorAll('canvas[data-sheet]')) {
    const column = canvas.closest('[data-block]');
    if (!(canvas instanceof HTMLCanvasElement) || !(column instanceof HTMLElement)) { continue; }
    const block = data.blocks[Number(column.dataset.block) - 1], width = room(column, wide);
    let units = ordered(block, main.dataset.order ?? 'strength');
    let pitch = pitchFor(units.length, height, width);
    if (main.dataset.show === 'strongest' && !column.classList.contains('is-open')) {
      units = ordered(block, 'strength').slice(0, FEW);
      pitch = width > 32 ? PITCHES[0] : 30;
    } else if (width === 32) {
      pitch = 16;
      units = units.slice(0, Math.floor(height / pitch) * 2);
    }
    const rows = Math.floor(height / pitch), columns = Math.max(1, Math.ceil(units.length / rows));
    canvas.width = columns * pitch - GAP;
    canvas.height = height;
    canvas.style.width = `${canvas.width}px`;
    sheets.push({ canvas, block, before: canvas.dataset.sheet === 'before', units, pitch, rows, place: new Map(units.map((unit, i) => [unit, i])) });
  }
  return sheets;
}

/** @param {Sheet} sheet */
export async function paint(sheet) {
  const { canvas, block, before, units, pitch } = sheet, image = await picture(before ? block.before : block.sheet);
  const context = canvas.getContext('2d');
  if (!context || !canvas.isConnected) { return; }
  context.imageSmoothingEnabled = false;
  context.clearRect(0, 0, canvas.width, canvas.height);
  units.forEach((unit, i) => {
    const at = cornerOf(sheet, i);
    drawMap(context, image, block, unit, before, at.x, at.y, pitch - GAP);
  });
}

/**
 * Draw one map into a square, centred.
 * @param {CanvasRenderingContext2D} context @param {HTMLImageElement} image @param {Block} block @param {number} unit
 * @param {boolean} before @param {number} x @param {number} y @param {number} side
 */
export function drawMap(context, image, block, unit, before, x, y, side) {
  const crop = cropOf(block, unit, before), longest = Math.max(crop.width, crop.height);
  const scale = longest <= side ? Math.floor(side / longest) : 1 / Math.ceil(longest / side);
  const width = Math.max(1, Math.ceil(crop.width * scale)), height = Math.max(1, Math.ceil(crop.height * scale));
  context.drawImage(image, crop.x, crop.y, crop.width, crop.height, x + ((side - width) >> 1), y + ((side - height) >> 1), width, height);
}

/** @param {Sheet} sheet @param {number} index */
export const cornerOf = (sheet, index) => ({ x: Math.floor(index / sheet.rows) * sheet.pitch, y: (index % sheet.rows) * sheet.pitch });

/** The unit under a point of a sheet, or -1. @param {Sheet} sheet @param {number} x @param {number} y */
export function unitAt(sheet, x, y) {
  const row = Math.floor(y / sheet.pitch), col = Math.floor(x / sheet.pitch);
  if (row < 0 || row >= sheet.rows || col < 0) { return -1; }
  return sheet.units[col * sheet.rows + row] ?? -1;
}

/** The square of a unit in the coordinates of `host`; null where it is not shown. @param {Sheet} sheet @param {number} unit @param {HTMLElement} host */
export function squareOf(sheet, unit, host) {
  const index = sheet.place.get(unit);
  if (index === undefined) { return null; }
  const corner = cornerOf(sheet, index), here = sheet.canvas.getBoundingClientRect(), origin = host.getBoundingClientRect();
  return { x: here.left - origin.left + corner.x, y: here.top - origin.top + corner.y, side: sheet.pitch - GAP };
}
