// @ts-check
/** The network of shapes trained live: curves, first kernels, confusion and strange shapes, as the server tells them. */
import { announce } from "../announce.js";
import { number, say } from "../words.js";
import { even } from "./curve.js";
import { short } from "./learning.js";
import * as shapePad from "./shape_pad.js";
import { Learning } from "./stream.js";

const STEPS = 32; // classes .d0 to .d32, 16 is zero
const TOP_LOSS = 1.5;

/** @type {Learning | null} */
let live = null;

/** @param {string} selector @returns {HTMLElement | null} */
const find = (selector) => document.querySelector(selector);
/** @param {number} share */
const percent = (share) => `${number(100 * share, 0)}\u202f%`;

/** @param {string} text @param {boolean} [warns] */
function tell(text, warns = false) {
  const line = find("[data-train-says]");
  if (line) line.textContent = text;
  line?.classList.toggle("warnl", warns);
}

/** @param {boolean} runs */
function buttons(runs) {
  for (const name of ["pause", "cancel"]) find(`[data-train-${name}]`)?.toggleAttribute("hidden", !runs);
  const pause = find("[data-train-pause]");
  if (pause) pause.textContent = (live?.paused ? pause.dataset.paused : pause.dataset.running) || "";
  document.querySelectorAll("a[data-train-step]").forEach((link) => link.toggleAttribute("hidden", runs && !live?.paused));
}

/** @param {number[][][]} kernels */
function drawKernels(kernels) {
  const largest = Math.max(...kernels.flat(2).map(Math.abs)) || 1;
  find("[data-kernels]")?.querySelectorAll(".kernel").forEach((table, at) => {
    table.querySelectorAll("td").forEach((cell, place) => {
      const value = kernels[at].flat()[place];
      cell.textContent = short(Number(value.toFixed(2)));
      cell.className = `d${Math.round(((value / largest + 1) / 2) * STEPS)}`;
    });
  });
}

/** @param {string} where @param {string[][]} rows */
function fill(where, rows) {
  find(where)?.querySelectorAll("tbody tr").forEach((row, at) => {
    row.querySelectorAll("td").forEach((cell, place) => { cell.textContent = rows[at][place]; });
  });
}

/** The address says what is shown, and the step links go on from there. @param {HTMLFormElement} form @param {number} steps */
function settle(form, steps) {
  const query = new URLSearchParams(/** @type {string[][]} */ ([...new FormData(form)]));
  query.set("goal", query.get("steps") || "300");
  query.set("steps", String(steps));
  history.replaceState(history.state, "", `${location.pathname}?${query}`);
  document.querySelectorAll("a[data-train-step]").forEach((link) => {
    const by = Number(link.getAttribute("data-train-step"));
    query.set("steps", String(by ? steps + by : 0));
    link.setAttribute("href", `?${query}#train`);
  });
}

/** @param {HTMLFormElement} form */
function begin(form) {
  const fields = Object.fromEntries(/** @type {[string, string][]} */ ([...new FormData(form)]));
  const steps = Number(fields.steps);
  /** @type {[number, number][]} */
  const losses = [];
  /** @type {[number, number][]} */
  const right = [];
  live?.stop();
  live = new Learning({ learn: "shapes", seed: Number(fields.seed), rate: Number(fields.rate), steps, shape: fields.shape || "" }, 0, {
    start: () => document.querySelectorAll("[data-goal]").forEach((text) => { text.textContent = String(steps); }),
    step: (data) => {
      for (const loss of data.losses) losses.push([losses.length + 1, loss ?? TOP_LOSS]);
      for (const { step, confusion } of data.counts) {
        const all = confusion.flat().reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0);
        const hits = confusion.reduce((/** @type {number} */ sum, /** @type {number[]} */ row, /** @type {number} */ at) => sum + row[at], 0);
        right.push([step, hits / all]);
        fill("[data-confusion]", confusion.map((/** @type {number[]} */ row) => row.map(String)));
      }
      even(document.querySelector("[data-line='loss']"), losses, steps, TOP_LOSS);
      even(document.querySelector("[data-line='right']"), right, steps, 1);
      drawKernels(data.kernels);
      fill("[data-strange]", [...data.unseen, ...(data.shape ? [data.shape] : [])].map((/** @type {number[]} */ row) => row.map(percent)));
      const loss = losses.slice(-20).reduce((sum, [, one]) => sum + one, 0) / Math.min(losses.length, 20);
      if (losses.length) tell(say("course_shapes.after", { step: data.step, loss: number(loss, 2), right: percent(right[right.length - 1][1]) }));
    },
    state: (paused) => {
      buttons(true);
      if (paused) settle(form, losses.length);
    },
    end: (data) => {
      live = null;
      buttons(false);
      settle(form, data.step);
      const line = find("[data-train-says]");
      const text = data.reason === "done" && line ? `${data.says} ${line.textContent}` : data.says;
      tell(text, data.reason === "lost");
      announce(text);
    },
    fault: (text) => {
      live = null;
      tell(text, true);
      buttons(false);
    },
  });
  buttons(true);
}

export function start() {
  document.addEventListener(
    "submit",
    (event) => {
      if (!(event.target instanceof HTMLFormElement) || !event.target.matches("[data-train]")) return;
      event.preventDefault();
      event.stopPropagation(); // before htmx, which would ask for the whole run at once
      begin(event.target);
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-train-pause]")) live?.ask(live.paused ? "running" : "paused");
    else if (target?.closest("[data-train-cancel]")) live?.ask("cancelled");
    else if (target?.closest("a[data-train-step]")) live?.stop();
  });
  shapePad.start();
  document.addEventListener("htmx:after:swap", () => {
    live?.stop();
    live = null;
    shapePad.start();
  });
}
