// @ts-check
/** The network page: sheets drawn, edges and the field under the pointer, keys, and the way into a map. */

import { announce } from "../announce.js";
import { say } from "../words.js";
import * as edges from "./edges.js";
import { load, readUnit, sameUnit, told } from "./model.js";
import * as ownNetwork from "./own_network.js";
import * as photo from "./photo.js";
import { layOut, narrow, paint, unitAt } from "./sheets.js";
import * as whatIf from "./what_if.js";

/** @typedef {import('./model.js').Data} Data */
/** @typedef {import('./model.js').Unit} Unit */
/** @typedef {import('./sheets.js').Sheet} Sheet */

/** @type {{main: HTMLElement, host: HTMLElement | null, data: Data, sheets: Sheet[], over: Unit | null, pinned: Unit | null} | null} */
let page = null;
const untouched = matchMedia("(hover: hover)");
let due = 0;
let level = ""; // the one shown last

/** The page's address with other parts. @param {Record<string, string | null>} parts */
function address(parts) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(parts)) {
    if (value === null) { url.searchParams.delete(name); } else { url.searchParams.set(name, value); }
  }
  return `${url.pathname}?${url.searchParams.toString()}`;
}

/** @param {string} url */
function go(url) {
  // @ts-ignore htmx is loaded by its own script element
  window.htmx.ajax("GET", url, { target: "#main", swap: "outerMorph", push: "true" });
}

function soon() { due ||= requestAnimationFrame(() => { due = 0; render(); }); }

/** @param {Unit | null} unit */
const sheetOf = (unit) => page?.sheets.find((sheet) => unit && sheet.block.number === unit.block && sheet.place.has(unit.unit));

function render() {
  if (!page?.host) { return; }
  const { main, host, data, sheets, over, pinned } = page;
  edges.draw(host, data, sheets, over, pinned);
  const looked = over ?? (untouched.matches ? null : pinned); // a finger does not hover: what it pinned is enlarged
  edges.loupe(host, sheetOf(looked), looked);
  photo.show(main, data, over ?? pinned);
}

/** @param {Unit} unit */
function pin(unit) {
  if (!page) { return; }
  if (sameUnit(unit, page.pinned)) { open(unit); return; }
  page.pinned = unit;
  page.main.dataset.at = `${unit.block}.${unit.unit}`;
  history.replaceState(history.state, "", address({ at: page.main.dataset.at }));
  tell(unit);
  soon();
}

/** @param {Unit} unit */
function open(unit) { go(address({ level: "unit", at: `${unit.block}.${unit.unit}`, row: null })); }

/** @param {Unit} unit */
function tell(unit) {
  const block = page?.data.blocks[unit.block - 1];
  if (block) { announce(told(block, unit.unit)); }
}

/** @param {Sheet} sheet */
function listen(sheet) {
  const { canvas, block } = sheet;
  const at = (/** @type {MouseEvent} */ event) => {
    const box = canvas.getBoundingClientRect(), unit = unitAt(sheet, event.clientX - box.left, event.clientY - box.top);
    return unit < 0 ? null : { block: block.number, unit };
  };
  canvas.onpointermove = (event) => {
    if (!page || event.pointerType === "touch") { return; }
    const unit = at(event);
    if (!sameUnit(unit, page.over)) { page.over = unit; soon(); }
  };
  canvas.onpointerleave = () => { if (page?.over) { page.over = null; soon(); } };
  canvas.onclick = (event) => { const unit = at(event); if (unit) { pin(unit); } };
  canvas.onkeydown = (event) => {
    if (!page) { return; }
    const here = page.pinned?.block === block.number ? sheet.place.get(page.pinned.unit) ?? 0 : -1;
    const [down, right] = sheet.turned ? [sheet.line, 1] : [1, sheet.line];
    const way = { ArrowUp: -down, ArrowDown: down, ArrowLeft: -right, ArrowRight: right }[event.key];
    if (way !== undefined) {
      event.preventDefault();
      const next = here < 0 ? 0 : Math.min(Math.max(here + way, 0), sheet.units.length - 1);
      const unit = { block: block.number, unit: sheet.units[next] };
      if (!sameUnit(unit, page.pinned)) { pin(unit); }
    } else if (event.key === "Enter") {
      event.preventDefault();
      open({ block: block.number, unit: sheet.units[Math.max(here, 0)] });
    }
  };
}

/** The opened map: point at a cell for its field, click for its arithmetic. @param {HTMLElement} big */
function bigMap(big) {
  const [block, unit, row, col] = (big.dataset.at ?? "").split(".").map(Number);
  const rows = Number(big.dataset.rows), cols = Number(big.dataset.cols);
  const cell = (/** @type {MouseEvent} */ event) => {
    const box = big.getBoundingClientRect(), inside = (/** @type {number} */ x, /** @type {number} */ n) => Math.min(Math.max(Math.floor(x), 0), n - 1);
    return /** @type {[number, number]} */ ([inside(((event.clientY - box.top) / box.height) * rows, rows), inside(((event.clientX - box.left) / box.width) * cols, cols)]);
  };
  const show = (/** @type {[number, number]} */ at) => { if (page) { photo.show(page.main, page.data, { block, unit }, at); } };
  const openCell = (/** @type {number} */ r, /** @type {number} */ c) => go(address({ at: `${block}.${unit}.${r}.${c}`, row: null }));
  big.onpointermove = (event) => show(cell(event));
  big.onpointerleave = () => show([row, col]);
  big.onclick = (event) => openCell(...cell(event));
  big.onkeydown = (event) => {
    const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!way) { return; }
    event.preventDefault();
    const r = row + way[0], c = col + way[1];
    if (r >= 0 && c >= 0 && r < rows && c < cols) { openCell(r, c); }
  };
  show([row, col]);
}

/** After a change of level: what it shows comes into view, and gets the focus where that went with the old level. @param {HTMLElement} main */
function arrive(main) {
  const before = level, scene = main.querySelector(".net-scroll");
  level = main.dataset.level ?? "";
  if (!before || before === level || !scene) { return; }
  const top = scene.getBoundingClientRect().top;
  if (top < 0 || top > innerHeight / 2) { scene.scrollIntoView(); }
  const lost = !document.activeElement || document.activeElement === document.body;
  const next = main.querySelector("[data-big]") ?? main.querySelector(`[data-block='${readUnit(main.dataset.at)?.block}'] canvas`) ?? scene;
  if (lost && next instanceof HTMLElement) { next.focus({ preventScroll: true }); }
}

export async function start() {
  const main = document.querySelector("main[data-network]");
  if (!(main instanceof HTMLElement)) { return; }
  arrive(main);
  const host = main.querySelector("[data-columns]"), url = main.dataset.source ?? "";
  whatIf.start(main);
  ownNetwork.start(main);
  let data;
  try { data = await load(url); } catch { announce(say("js.net_failed")); return; }
  if (main.dataset.source !== url || !main.isConnected) { return; }
  const sheets = host ? layOut(main, data) : [];
  page = { main, host: host instanceof HTMLElement ? host : null, data, sheets, over: null, pinned: readUnit(main.dataset.at) };
  for (const sheet of sheets) { listen(sheet); }
  const own = main.querySelector("[data-own]");
  if (own instanceof HTMLFormElement) { own.onchange = () => { if (own.checkValidity()) { own.submit(); } }; }
  const big = main.querySelector("[data-big]");
  if (big instanceof HTMLElement) { bigMap(big); }
  await Promise.all(sheets.map((sheet) => paint(sheet).catch(() => announce(say("js.net_failed")))));
  main.dataset.ready = url;
  soon();
}

document.addEventListener("keydown", (event) => {
  const back = document.querySelector("[data-network] [data-back]");
  if (event.key === "Escape" && back instanceof HTMLElement) { back.click(); }
});
narrow.addEventListener("change", start);
addEventListener("resize", () => { if (page) { page.over = null; soon(); } });
