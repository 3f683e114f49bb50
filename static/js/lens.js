// @ts-check
/** The lens: for the cell at hand its field on every map, its value on every scale, its card; no request on hover. */

import { announce } from "./announce.js";
import * as card from "./card.js";
import * as edges from "./edges.js";
import { start as startFields } from "./fieldtable.js";
import { pullCells } from "./fields.js";
import { draw } from "./marks.js";
import { fetchPath, pathTo, valueOf } from "./path.js";
import { keep } from "./pin.js";
import { listen } from "./pointer.js";
import { load } from "./raw.js";
import { boxesOf, readPlace, readStages, samePlace, windowsBehind } from "./stages.js";
import { number, say } from "./words.js";

/** @typedef {import('./stages.js').Place} Place */
/** @typedef {import('./stages.js').Stage} Stage */

/** @type {Stage[]} */
let stages = [];
/** @type {Place | null} */
let over = null;
/** @type {Place | null} */
let pinned = null;
let forward = false; // show what the cell feeds instead of what it sees
let due = 0;
let listening = false;

const now = () => over ?? pinned;

function soon() { due ||= requestAnimationFrame(() => { due = 0; render(); }); }

function render() {
  const place = now(), boxes = boxesOf(stages, place, forward), backwards = place && !forward ? place : null;
  const start = { rows: [place?.row ?? 0], cols: [place?.col ?? 0] };
  const cells = backwards ? pullCells(windowsBehind(stages, backwards), start) : [];
  const path = backwards ? pathTo(stages, backwards) : [];
  const step = over ? null : path[card.chosenStep() ?? -1] ?? null;
  draw(stages, { place, boxes, cells, path, step });
  const stack = document.querySelector("[data-stack]");
  if (stack instanceof HTMLElement) { edges.draw(stack, stages, boxes); }
  card.show(stages, over, pinned, path, forward ? null : boxes[0]);
}

/** @param {Place} place */
function fetchFor(place) {
  fetchPath(stages, place, soon);
  card.fetchFor(stages, place, soon);
}

/** @param {string} name @param {Place | null} place */
function tell(name, place) {
  const detail = place && { ...place, value: valueOf(stages, place) };
  document.dispatchEvent(new CustomEvent(`convisor:${name}`, { detail }));
}

/** @param {Place} place */
function speak(place) {
  load(stages[place.stage], place.channel).then(() => {
    const value = valueOf(stages, place);
    announce(say("js.cell_at", { map: card.nameOf(stages, place.stage, place.channel), row: place.row, col: place.col, value: value === null ? "" : number(value, 3) }));
  });
}

/** @param {Place} place */
function pin(place) {
  over = null;
  if (samePlace(place, pinned)) { soon(); return; }
  pinned = place;
  fetchFor(place);
  soon();
  speak(place);
  keep(place, soon);
  tell("pin", place);
}

function release() {
  over = null;
  if (!pinned) { soon(); return; }
  pinned = null;
  soon();
  keep(null, soon);
  announce(say("js.released"));
  tell("pin", null);
}

/** @param {number} index @param {number} down @param {number} right @param {boolean} far */
function move(index, down, right, far) {
  const stage = stages[index], at = now();
  if (!stage) { return; }
  const [, rows, cols] = stage.shape, known = at && at.stage >= index ? pathTo(stages, at)[index] : null;
  const from = known ?? { stage: index, channel: stage.channel, row: rows >> 1, col: cols >> 1 };
  const inside = (/** @type {number} */ cell, /** @type {number} */ n) => Math.min(Math.max(cell, 0), n - 1);
  pin({ stage: index, channel: stage.channel, row: inside(from.row + down, rows), col: far ? (right < 0 ? 0 : cols - 1) : inside(from.col + right, cols) });
}

/** What the cell sees, or what it feeds. */
function turn() {
  forward = !forward;
  for (const button of document.querySelectorAll("[data-forward]")) { button.setAttribute("aria-pressed", String(forward)); }
  announce(forward ? say("js.feeds") : say("js.sees"));
  soon();
}

/** Read the page anew after a swap. @param {ParentNode} root */
function adopt(root) {
  stages = readStages(root);
  edges.forget();
  over = null;
  const written = document.getElementById("cell")?.dataset.at;
  pinned = readPlace(written || undefined, stages);
  for (const button of document.querySelectorAll("[data-forward]")) { button.setAttribute("aria-pressed", String(forward)); }
  if (pinned) { fetchFor(pinned); }
  soon();
}

/** @param {Document} root */
export function start(root) {
  adopt(root);
  if (listening) { return; }
  listening = true;
  startFields();
  listen({
    stages: () => stages, pin, release, move, turn,
    over: (place) => {
      if (samePlace(place, over)) { return; }
      over = place;
      fetchFor(place);
      soon();
      tell("hover", place);
    },
    leave: () => { if (over) { over = null; soon(); tell("hover", null); } },
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const target = /** @type {any} */ (event).detail?.ctx?.target;
    if (target instanceof Element && (target.id === "cell" || target.closest("#cell"))) { soon(); } else { adopt(document); }
  });
  const layout = () => { edges.forget(); soon(); };
  addEventListener("resize", layout);
  document.addEventListener("scroll", (event) => { if (event.target instanceof Element && event.target.matches("[data-stack]")) { layout(); } }, true);
  document.addEventListener("load", layout, true); // pictures
  document.fonts?.ready.then(layout);
}
