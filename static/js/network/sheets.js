// @ts-check
/**
 * The sheets: every map of a block on one canvas in the chosen order, at a whole number of pixels a cell or one cell in n.
 * They stand side by side, filled column by column; on a phone they are turned: one below the other, filled row by row.
 */

import { say } from "../words.js";
import { cropOf, ordered, picture } from "./model.js";

/** @typedef {import('./model.js').Block} Block */
/** @typedef {import('./model.js').Data} Data */
/** `line` counts the maps of a column, or of a row where turned. @typedef {{canvas: HTMLCanvasElement, block: Block, before: boolean, units: number[], pitch: number, turned: boolean, line: number, place: Map<number, number>}} Sheet */

const PITCHES = [58, 30, 16, 10]; // side of a map with its gap, in CSS pixels
const GAP = 2;
const FEW = 8; // maps of a block when only the strongest are shown

const WIDTHS = [128, 96, 64]; // of a sheet among others, the widest with which all stand side by side
const OPEN = 290; // width of each sheet of the opened block beside others of WIDTHS[0], and less in the same measure
const THIN = 32; // width of a block away from the opened one: its strongest maps
const DEPTHS = { open: 420, plain: 200, thin: 32 }; // of a turned sheet at most

/** Whether the sheets lie one below the other. */
export const narrow = matchMedia("(max-width: 700px)");

/** How far a sheet may grow across its lines. @param {HTMLElement} column @param {number} wide */
function room(column, wide) {
  const role = column.classList.contains("is-open") ? "open" : column.classList.contains("is-thin") ? "thin" : "plain";
  if (narrow.matches) { return DEPTHS[role]; }
  return { open: (OPEN * wide) / WIDTHS[0], plain: wide, thin: THIN }[role];
}

/** The largest side with which `count` maps in lines of `along` pixels stay within `across`. @param {number} count @param {number} along @param {number} across */
function pitchFor(count, along, across) {
  return PITCHES.find((pitch) => Math.ceil(count / Math.floor(along / pitch)) * pitch <= across) ?? PITCHES[PITCHES.length - 1];
}

/** Lay every sheet of the page out, smaller where they would not fit. @param {HTMLElement} main @param {Data} data @returns {Sheet[]} */
export function layOut(main, data) {
  const frame = main.querySelector(".net-scroll");
  /** @type {Sheet[]} */
  let sheets = [];
  for (const width of WIDTHS) {
    sheets = laidOut(main, data, width);
    if (!frame || narrow.matches || frame.scrollWidth <= frame.clientWidth) { break; }
  }
  return sheets;
}

/** @param {HTMLElement} main @param {Data} data @param {number} wide @returns {Sheet[]} */
function laidOut(main, data, wide) {
  const turned = narrow.matches, host = main.querySelector("[data-columns]");
  const along = turned ? host?.clientWidth ?? 320 : parseInt(getComputedStyle(main).getPropertyValue("--sheet-height"), 10) || 512;
  /** @type {Sheet[]} */
  const sheets = [];
  for (const canvas of main.querySelectorAll("canvas[data-sheet]")) {
    const column = canvas.closest("[data-block]");
    if (!(canvas instanceof HTMLCanvasElement) || !(column instanceof HTMLElement)) { continue; }
    const block = data.blocks[Number(column.dataset.block) - 1], across = room(column, wide), thin = across === THIN;
    let units = ordered(block, main.dataset.order ?? "strength");
    let pitch = pitchFor(units.length, along, across);
    if (main.dataset.show === "strongest" && !column.classList.contains("is-open")) {
      pitch = thin ? 30 : PITCHES[0];
      units = ordered(block, "strength").slice(0, Math.min(FEW, Math.floor(along / pitch)));
    } else if (thin) {
      pitch = 16;
      units = units.slice(0, Math.floor(along / pitch) * 2);
    }
    const line = Math.floor(along / pitch), lines = Math.max(1, Math.ceil(units.length / line)), deep = lines * pitch - GAP;
    canvas.width = turned ? along : deep;
    canvas.height = turned ? deep : along;
    canvas.style.width = `${canvas.width}px`;
    canvas.style.height = `${canvas.height}px`;
    sheets.push({ canvas, block, before: canvas.dataset.sheet === "before", units, pitch, turned, line, place: new Map(units.map((unit, i) => [unit, i])) });
    count(column, units.length, block.means.length);
  }
  return sheets;
}

/** How many maps stand in a column, where not all do. @param {HTMLElement} column @param {number} shown @param {number} all */
function count(column, shown, all) {
  const place = column.querySelector("[data-count]");
  if (place instanceof HTMLElement) { place.textContent = shown < all ? say("js.net_some", { shown, all }) : place.dataset.count ?? ""; }
}

/** @param {Sheet} sheet */
export async function paint(sheet) {
  const { canvas, block, before, units, pitch } = sheet, image = await picture(before ? block.before : block.sheet);
  const context = canvas.getContext("2d");
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

/** The top left corner of the map at a place of the order. @param {Sheet} sheet @param {number} index */
function cornerOf(sheet, index) {
  const along = (index % sheet.line) * sheet.pitch, across = Math.floor(index / sheet.line) * sheet.pitch;
  return sheet.turned ? { x: along, y: across } : { x: across, y: along };
}

/** The unit under a point of a sheet, or -1. @param {Sheet} sheet @param {number} x @param {number} y */
export function unitAt(sheet, x, y) {
  const along = Math.floor((sheet.turned ? x : y) / sheet.pitch), across = Math.floor((sheet.turned ? y : x) / sheet.pitch);
  if (along < 0 || along >= sheet.line || across < 0) { return -1; }
  return sheet.units[across * sheet.line + along] ?? -1;
}

/** The square of a unit in the coordinates of `host`; null where it is not shown. @param {Sheet} sheet @param {number} unit @param {HTMLElement} host */
export function squareOf(sheet, unit, host) {
  const index = sheet.place.get(unit);
  if (index === undefined) { return null; }
  const corner = cornerOf(sheet, index), here = sheet.canvas.getBoundingClientRect(), origin = host.getBoundingClientRect();
  return { x: here.left - origin.left + corner.x, y: here.top - origin.top + corner.y, side: sheet.pitch - GAP };
}
