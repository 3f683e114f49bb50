// @ts-check
/** Moves t, the rate and the samples of the signal's demonstration without a request; the address follows. */

const [FIRST, LAST, FINE] = [-1, 4, 0.02];
const comma = document.documentElement.lang === "es";

/** @typedef {[number, number, number, number]} Segment from a to b, straight from one value to another */
/** @typedef {(a: number, value: number) => string} Place */

/** @param {number} value @param {number} digits */
function written(value, digits) {
  const text = value.toFixed(digits).replace("-", "\u2212");
  return comma ? text.replace(".", ",") : text;
}

/** @param {Segment[]} segments @param {number} at */
function valueAt(segments, at) {
  for (const [a, b, x, y] of segments) {
    if ((a - 1e-9 <= at && at < b - 1e-9) || (Math.abs(at - LAST) < 1e-9 && b === LAST && a < at)) return x + ((y - x) * (at - a)) / (b - a);
  }
  return 0;
}

/** The integral of x(a) w(t − a), exact on straight pieces. @param {Segment[]} segments @param {number} t @param {number} rate */
function smoothed(segments, t, rate) {
  let total = 0;
  for (const [a, b, x, y] of segments) {
    const end = Math.min(b, t);
    if (end <= a) continue;
    const slope = (y - x) / (b - a);
    const upTo = (/** @type {number} */ at) => (x + slope * (at - a) - slope / rate) * Math.exp(-rate * (t - at));
    total += upTo(end) - upTo(a);
  }
  return total;
}

/** @param {HTMLFormElement} form */
function draw(form) {
  const segments = /** @type {Segment[]} */ (JSON.parse(form.dataset.segments || "[]"));
  const [top, width, height] = [form.dataset.top, form.dataset.width, form.dataset.height].map(Number);
  const [t, rate, per] = ["t", "rate", "per"].map((name) => Number(new FormData(form).get(name)));
  const across = (/** @type {number} */ a) => ((Math.min(Math.max(a, FIRST), LAST) - FIRST) / (LAST - FIRST)) * width;
  const up = (/** @type {number} */ y, /** @type {number} */ most) => height * (1 - Math.min(Math.max(y / most, 0), 1));
  const line = (/** @type {[number, number][]} */ places, /** @type {number} */ most) =>
    places.map(([a, y], at) => `${at ? "L" : "M"}${across(a).toFixed(2)} ${up(y, most).toFixed(2)}`).join("");
  const before = Array.from({ length: Math.ceil((t - FIRST) / FINE) }, (_, n) => FIRST + n * FINE).concat(t);
  const weight = (/** @type {number} */ a) => Math.exp(-rate * (t - a));
  const moments = Array.from({ length: Math.floor((t - FIRST) * per + 1e-9) + 1 }, (_, n) => t - n / per);
  const product = (/** @type {number} */ a) => valueAt(segments, a) * rate * weight(a);
  const times = Array.from({ length: 251 }, (_, n) => FIRST + (n * (LAST - FIRST)) / 250);
  const s = smoothed(segments, t, rate);
  /** @type {Record<string, string>} */
  const paths = {
    weights: line([...before.map((a) => /** @type {[number, number]} */ ([a, weight(a)])), [t, 0], [LAST, 0]], top),
    area: line([[FIRST, 0], ...before.map((a) => /** @type {[number, number]} */ ([a, product(a)])), [t, 0]], top * rate),
    stems: moments.map((a) => `M${across(a)} ${height}V${up(valueAt(segments, a), top)}`).join(""),
    bars: moments.map((a) => `M${across(a - 1 / per)} ${height}V${up(product(a), top * rate)}H${across(a)}V${height}Z`).join(""),
    smoothed: line(times.map((one) => [one, smoothed(segments, one, rate)]), top),
  };
  const view = /** @type {Element} */ (form.closest("[data-lesson-view='signal']"));
  for (const [name, path] of Object.entries(paths)) {
    view.querySelectorAll(`[data-signal-path="${name}"]`).forEach((one) => one.setAttribute("d", path));
  }
  view.querySelectorAll("[data-signal-now]").forEach((one) => one.setAttribute("d", `M${across(t)} 0V${height}`));
  const mark = view.querySelector("[data-signal-mark]");
  mark?.setAttribute("cx", String(across(t)));
  mark?.setAttribute("cy", String(up(s, top)));
  const say = (/** @type {string} */ where, /** @type {string} */ text) => {
    const place = view.querySelector(where);
    if (place) place.textContent = text;
  };
  say("[data-signal='integral']", written(s, 3));
  say("[data-signal='sum']", written(moments.reduce((sum, a) => sum + product(a) / per, 0), 3));
  say("output[for='s-t']", written(t, 2));
  say("output[for='s-rate']", written(rate, 1));
  say("output[for='s-per']", String(per));
}

/** The address says what is shown. @param {HTMLFormElement} form */
function keep(form) {
  const query = new URLSearchParams(/** @type {string[][]} */ ([...new FormData(form)]));
  history.replaceState(history.state, "", `${location.pathname}?${query}`);
}

/** @param {Event} event @returns {HTMLFormElement | null} */
const formOf = (event) => (event.target instanceof HTMLElement ? event.target.closest("form[data-signal]") : null);

/** @param {PointerEvent} event */
function drag(event) {
  const plot = event.target instanceof Element ? event.target.closest("[data-signal-plot]") : null;
  const form = document.querySelector("form[data-signal]");
  const slider = form?.querySelector("input[name='t']");
  if (!(plot instanceof SVGSVGElement) || !(form instanceof HTMLFormElement) || !(slider instanceof HTMLInputElement)) return;
  if (event.type === "pointerdown") plot.setPointerCapture(event.pointerId);
  else if (!event.buttons) return;
  const matrix = plot.getScreenCTM();
  if (!matrix) return;
  const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()).x;
  slider.value = String(FIRST + (x / Number(form.dataset.width)) * (LAST - FIRST));
  draw(form);
}

export function start() {
  document.addEventListener("input", (event) => {
    const form = formOf(event);
    if (form && event.target instanceof HTMLInputElement) draw(form);
  });
  document.addEventListener("change", (event) => {
    const form = formOf(event);
    if (!form) return;
    if (event.target instanceof HTMLSelectElement) form.requestSubmit();
    else keep(form);
  });
  document.addEventListener("pointerdown", drag);
  document.addEventListener("pointermove", drag);
  document.addEventListener("pointerup", (event) => {
    const form = document.querySelector("form[data-signal]");
    if (form instanceof HTMLFormElement && event.target instanceof Element && event.target.closest("[data-signal-plot]")) keep(form);
  });
}
