// @ts-check
/** A kernel learned live: the run told by the server is drawn as it comes; the slider shows any step made. */
import { announce } from "../announce.js";
import { say } from "../words.js";
import { logarithmic } from "./curve.js";
import { Learning } from "./stream.js";

const STEPS = 32; // classes .d0 to .d32, 16 is zero
const comma = document.documentElement.lang === "es";
const PICTURE_MS = 1000; // between two pictures of what the kernel makes

/** @type {Learning | null} */
let live = null;
/** @type {{kernels: number[][], losses: number[], errors: number[]} | null} */
let made = null;
let drawnAt = 0;

/** @param {string} selector @returns {HTMLElement | null} */
const find = (selector) => document.querySelector(selector);

/** @param {number} value a true minus, the page's decimal sign */
function written(value) {
  const text = (Math.abs(value) < 1e6 ? String(Number(value.toPrecision(3))) : value.toExponential(2)).replaceAll("-", "\u2212");
  return comma ? text.replace(".", ",") : text;
}

/** Without the leading zero, as the server writes a kernel's cells. @param {number} value */
export const short = (value) => written(value).replace(/^(\u2212?)0(?=[.,])/, "$1");

/** What has been made so far: as the server drew it, and what came since. */
function history_() {
  const data = find("[data-learned]")?.dataset ?? {};
  const read = (/** @type {string | undefined} */ text) => JSON.parse(text || "[]");
  return (made ??= { kernels: read(data.kernels), losses: read(data.losses), errors: read(data.errors) });
}

/** @param {number} step */
function show(step) {
  const { kernels, losses, errors } = history_();
  const held = find("[data-learned]");
  const slider = document.querySelector("#l-show");
  if (!held || !(slider instanceof HTMLInputElement)) return;
  const largest = Number(held.dataset.largest) || 1;
  held.querySelectorAll(".learned-kernel:not(.wanted) td").forEach((cell, at) => {
    const value = kernels[step][at];
    const place = Math.round(((value / largest + 1) / 2) * STEPS);
    cell.textContent = short(Math.min(Math.max(Number(value.toFixed(3)), -999), 999));
    cell.className = `d${Math.min(Math.max(place, 0), STEPS)}`;
  });
  const svg = held.querySelector("[data-curve]");
  if (svg) logarithmic(svg, losses, step);
  slider.max = String(losses.length - 1);
  slider.value = String(step);
  const says = slider.form?.querySelector("output");
  if (!(says instanceof HTMLElement)) return;
  const text = (says.dataset.says || "").replace("{step}", String(step)).replace("{loss}", written(losses[step]));
  says.textContent = text.replace("{error}", written(errors[step]));
}

/** What the kernel makes, asked for at most once a second while it moves. @param {number} step @param {boolean} now */
function picture(step, now) {
  const held = find("[data-learned]");
  const image = document.querySelector("[data-picture='now']");
  if (!held || !(image instanceof HTMLImageElement) || (!now && Date.now() - drawnAt < PICTURE_MS)) return;
  drawnAt = Date.now();
  const side = Math.round(Math.sqrt(history_().kernels[step].length));
  const cells = history_().kernels[step].map((/** @type {number} */ value) => String(Number(Math.min(Math.max(value, -1e6), 1e6).toPrecision(4))));
  const rows = Array.from({ length: side }, (_, row) => cells.slice(row * side, (row + 1) * side).join(","));
  image.src = `${held.dataset.nowFrom}${rows.join(";")}${held.dataset.nowBehind}`;
}

/** The address says what is shown, and the step links go on from there. */
function settle() {
  const steps = history_().losses.length - 1;
  const form = find("[data-learn]");
  if (!(form instanceof HTMLFormElement)) return;
  const query = new URLSearchParams(/** @type {string[][]} */ ([...new FormData(form)]));
  query.set("goal", query.get("steps") || "200");
  query.set("steps", String(steps));
  history.replaceState(history.state, "", `${location.pathname}?${query}`);
  document.querySelectorAll("a[data-learn-step]").forEach((link) => {
    const by = Number(link.getAttribute("data-learn-step"));
    query.set("steps", String(by ? steps + by : 0));
    link.setAttribute("href", `?${query}#learn`);
  });
  picture(steps, true);
}

/** @param {string} text @param {boolean} [warns] */
function tell(text, warns = false) {
  const line = find("[data-learn-says]");
  if (line) line.textContent = text;
  line?.classList.toggle("warnl", warns);
}

/** @param {boolean} runs */
function buttons(runs) {
  const pause = find("[data-learn-pause]");
  const cancel = find("[data-learn-cancel]");
  if (pause) pause.hidden = !runs;
  if (cancel) cancel.hidden = !runs;
  if (pause && !runs) pause.textContent = pause.dataset.running || "";
  document.querySelectorAll("a[data-learn-step]").forEach((link) => link.toggleAttribute("hidden", runs && !live?.paused));
}

/** @param {HTMLFormElement} form */
function begin(form) {
  const fields = Object.fromEntries(/** @type {[string, string][]} */ ([...new FormData(form)]));
  const asked = new URLSearchParams(location.search);
  const names = ["pair", "kernel", "made", "learned", "start", "seed", "rate", "momentum"];
  const usual = new Map([...form.querySelectorAll("select, input")].map((one) => [one.getAttribute("name"), first(one)]));
  const same = names.every((name) => (asked.get(name) ?? usual.get(name) ?? "") === fields[name]);
  const steps = Number(fields.steps);
  const before = same && history_().losses.length - 1 < steps ? history_().losses.length - 1 : 0;
  if (!before) made = { kernels: [], losses: [], errors: [] };
  const pace = document.querySelector("[data-pace]");
  live?.stop();
  const body = {
    kernel: fields.kernel, image: fields.pair === "noise" ? "pattern(noise,size=64)" : form.dataset.photo, centred: fields.pair === "centred",
    made_by: fields.made, learned_by: fields.learned, start: fields.start, seed: Number(fields.seed), rate: Number(fields.rate),
    momentum: Number(fields.momentum), steps, pace: pace instanceof HTMLSelectElement ? Number(pace.value) : 0,
  };
  live = new Learning(body, before, {
    start: (data) => wanted(data.hidden.flat()),
    step: (data) => {
      const { kernels, losses, errors } = history_();
      losses.push(...data.losses.map((/** @type {number | null} */ loss) => loss ?? 1e300));
      errors.push(...data.errors.map((/** @type {number | null} */ error) => error ?? 1e300));
      while (kernels.length < losses.length) kernels.push(data.kernel.flat());
      show(losses.length - 1);
      picture(losses.length - 1, false);
      tell(say("js.learning_at", { step: data.step, loss: written(losses[losses.length - 1]) }), losses[losses.length - 1] > losses[0]);
    },
    state: (paused) => {
      const button = find("[data-learn-pause]");
      if (button) button.textContent = (paused ? button.dataset.paused : button.dataset.running) || "";
      buttons(true);
      if (!paused) return;
      settle();
      tell(say("js.learning_paused", { step: history_().losses.length - 1 }));
    },
    end: (data) => {
      live = null;
      tell(data.says, data.reason === "lost");
      announce(data.says);
      buttons(false);
      settle();
    },
    fault: (text) => {
      live = null;
      tell(text, true);
      buttons(false);
    },
  });
  buttons(true);
}

/** A field's value as the page came. @param {Element} field */
function first(field) {
  if (field instanceof HTMLSelectElement) return [...field.options].find((option) => option.defaultSelected)?.value ?? field.options[0].value;
  return field instanceof HTMLInputElement ? field.defaultValue : "";
}

/** The kernel to be found, which the settings may have changed. @param {number[]} hidden */
function wanted(hidden) {
  const held = find("[data-learned]");
  if (!held) return;
  const largest = Math.max(...hidden.map(Math.abs)) || 1;
  held.dataset.largest = String(largest);
  held.querySelectorAll(".wanted td").forEach((cell, at) => {
    cell.textContent = short(hidden[at]);
    cell.className = `d${Math.round(((hidden[at] / largest + 1) / 2) * STEPS)}`;
  });
}

/** @param {Event} event */
function submitted(event) {
  if (!(event.target instanceof HTMLFormElement) || !event.target.matches("[data-learn]")) return;
  event.preventDefault();
  event.stopPropagation(); // before htmx, which would ask for the whole run at once
  begin(event.target);
}

/** @param {Event} event */
function pressed(event) {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-learn-pause]")) live?.ask(live.paused ? "running" : "paused");
  else if (target?.closest("[data-learn-cancel]")) live?.ask("cancelled");
  else if (target?.closest("a[data-learn-step]")) live?.stop();
}

/** What only a script can do is shown where there is one. */
function ready() {
  if (live?.over) live = null;
  document.querySelectorAll("[data-live-only]").forEach((one) => one.toggleAttribute("hidden", false));
}

export function start() {
  ready();
  document.addEventListener("submit", submitted, true);
  document.addEventListener("click", pressed, true);
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.id === "l-show") show(Number(event.target.value));
  });
  document.addEventListener("htmx:after:swap", () => {
    live?.stop();
    live = made = null;
    ready();
  });
}
