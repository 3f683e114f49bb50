// @ts-check
/** What if: a patch moved over the photo, a map muted or amplified, a kernel replaced; the answer follows. */

import { number, say } from "../words.js";

const STEP = 4; // pixels of the network's picture an arrow key moves the patch
/** @typedef {{row: number, col: number}} Corner */

/** @type {Corner | null} */
let corner = null;
let asked = false;
let again = false;

/** @param {HTMLElement} main */
function change(main) {
  const frame = main.querySelector("[data-photo]"), knobs = main.querySelector("[data-knobs]");
  const rows = Number(frame?.getAttribute("data-rows")), cols = Number(frame?.getAttribute("data-cols"));
  /** @type {Record<string, any>} */
  const body = { image: main.dataset.image, network: main.dataset.name };
  if (corner) { body.cover = { top: Math.round(corner.row), left: Math.round(corner.col), rows: Math.round(rows / 4), columns: Math.round(cols / 4) }; }
  if (knobs instanceof HTMLElement) {
    const gain = Number(knobs.querySelector("input")?.value ?? 1), kernel = knobs.querySelector("select")?.value;
    const channel = Number(knobs.dataset.unit);
    if (gain !== 1) { body.gains = [{ stage: Number(knobs.dataset.stage), channel, gain }]; }
    if (kernel) { body.kernels = [{ channel, kernel }]; }
  }
  return body;
}

/** Ask, one question at a time; the latest state wins. @param {HTMLElement} main */
async function ask(main) {
  if (asked) { again = true; return; }
  asked = true;
  const body = change(main), changed = Boolean(body.cover || body.gains || body.kernels);
  try {
    const answer = await fetch("/api/v1/what-if", { method: "POST", headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang }, body: JSON.stringify(body) });
    const found = await answer.json();
    if (answer.ok) { tell(main, found, changed); } else { note(main, found.detail); }
  } catch {
    note(main, say("js.net_failed"));
  }
  asked = false;
  if (again) { again = false; ask(main); }
}

/** @param {HTMLElement} main @param {string} text */
function note(main, text) {
  const place = main.querySelector("[data-changed]");
  if (place instanceof HTMLElement) { place.textContent = text; place.hidden = !text; }
}

/** @param {HTMLElement} main @param {any} found @param {boolean} changed */
function tell(main, found, changed) {
  const box = main.querySelector("[data-verdict]");
  if (!(box instanceof HTMLElement)) { return; }
  /** @type {HTMLElement[]} */
  const classes = [...box.querySelectorAll("[data-class]")].filter((one) => one instanceof HTMLElement);
  const named = classes.find((one) => one.dataset.class === found.label), word = box.querySelector("[data-word]");
  if (word) { word.textContent = named?.dataset.called ?? box.dataset.unsure ?? ""; }
  box.classList.toggle("unsure", !named);
  for (const one of classes) {
    const name = one.dataset.class ?? "";
    one.dataset.before ??= one.querySelector("[data-share]")?.textContent ?? "";
    one.classList.toggle("is-label", one === named);
    bar(one, found.probabilities[name]);
    const logit = one.querySelector("[data-logit]");
    if (logit instanceof HTMLElement) { logit.textContent = number(found.scores[name], 2); logit.dataset.value = String(found.scores[name]); }
  }
  const other = box.querySelector("[data-other]");
  if (other instanceof HTMLElement) { bar(other, found.scores.other_probability); }
  soften(box);
  const first = classes[0];
  note(main, changed && first ? say("js.net_changed", { name: first.dataset.called ?? "", share: first.dataset.before ?? "" }) : "");
}

/** The bars at another temperature: softmax of the logits divided by it; the answer keeps its own. @param {HTMLElement} box */
function soften(box) {
  const slider = box.querySelector("[data-temperature]"), shown = box.querySelector("[data-temperature-shown]");
  if (!(slider instanceof HTMLInputElement)) { return; }
  if (shown) { shown.textContent = number(Number(slider.value), 2); }
  if (slider.value === slider.defaultValue && !box.dataset.softened) { return; }
  box.dataset.softened = "true";
  /** @type {HTMLElement[]} */
  const classes = [...box.querySelectorAll("[data-class]")].filter((one) => one instanceof HTMLElement);
  const powers = classes.map((one) => Math.exp(Number(one.querySelector("[data-logit]")?.getAttribute("data-value")) / (Number(box.dataset.scale) * Number(slider.value))));
  const total = powers.reduce((sum, power) => sum + power, 0);
  classes.forEach((one, i) => bar(one, powers[i] / total));
}

/** @param {HTMLElement} one @param {number} share */
function bar(one, share) {
  const said = one.querySelector("[data-share]");
  if (said) { said.textContent = number(share, 2); }
  one.querySelector("[data-bar]")?.setAttribute("width", (100 * share).toFixed(1));
}

/** @param {HTMLElement} main */
function put(main) {
  const patch = main.querySelector("[data-hider]"), frame = main.querySelector("[data-photo]"), button = main.querySelector("[data-cover]");
  if (!(patch instanceof HTMLElement) || !(frame instanceof HTMLElement) || !(button instanceof HTMLElement)) { return; }
  patch.hidden = !corner;
  button.setAttribute("aria-pressed", String(Boolean(corner)));
  button.textContent = (corner ? button.dataset.on : button.dataset.off) ?? "";
  if (corner) {
    patch.style.left = `${(100 * corner.col) / Number(frame.dataset.cols)}%`;
    patch.style.top = `${(100 * corner.row) / Number(frame.dataset.rows)}%`;
  }
}

/** @param {HTMLElement} main @param {number} row @param {number} col */
function moveTo(main, row, col) {
  const frame = main.querySelector("[data-photo]");
  if (!(frame instanceof HTMLElement)) { return; }
  const rows = Number(frame.dataset.rows), cols = Number(frame.dataset.cols);
  corner = { row: Math.min(Math.max(row, 0), rows * 0.75), col: Math.min(Math.max(col, 0), cols * 0.75) };
  put(main);
  ask(main);
}

/** @param {HTMLElement} main */
export function start(main) {
  const patch = main.querySelector("[data-hider]"), frame = main.querySelector("[data-photo]"), button = main.querySelector("[data-cover]");
  if (!(patch instanceof HTMLElement) || !(frame instanceof HTMLElement) || !(button instanceof HTMLElement)) { return; }
  put(main);
  if (corner) { ask(main); }
  button.onclick = () => {
    if (corner) { corner = null; put(main); ask(main); return; }
    moveTo(main, Number(frame.dataset.rows) * 0.375, Number(frame.dataset.cols) * 0.375);
    patch.focus();
  };
  patch.onpointerdown = (event) => { patch.setPointerCapture(event.pointerId); event.preventDefault(); patch.focus(); };
  patch.onpointermove = (event) => {
    if (!patch.hasPointerCapture(event.pointerId)) { return; }
    const box = frame.getBoundingClientRect(), rows = Number(frame.dataset.rows), cols = Number(frame.dataset.cols);
    moveTo(main, ((event.clientY - box.top) / box.height) * rows - rows / 8, ((event.clientX - box.left) / box.width) * cols - cols / 8);
  };
  patch.onkeydown = (event) => {
    const way = { ArrowUp: [-STEP, 0], ArrowDown: [STEP, 0], ArrowLeft: [0, -STEP], ArrowRight: [0, STEP] }[event.key];
    if (!way || !corner) { return; }
    event.preventDefault();
    moveTo(main, corner.row + way[0], corner.col + way[1]);
  };
  const box = main.querySelector("[data-verdict]");
  if (box instanceof HTMLElement) {
    const slider = box.querySelector("[data-temperature]");
    if (slider instanceof HTMLElement) { slider.oninput = () => soften(box); }
    soften(box); // the slider outlives a swap, the bars come anew
  }
  const knobs = main.querySelector("[data-knobs]");
  if (knobs instanceof HTMLElement) {
    knobs.oninput = () => {
      const shown = knobs.querySelector("[data-gain-shown]");
      if (shown) { shown.textContent = `× ${number(Number(knobs.querySelector("input")?.value ?? 1), 2)}`; }
      ask(main);
    };
  }
}
