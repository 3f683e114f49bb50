// @ts-check
/** Shows the kernel, the loss and the curve's mark at the step that the slider stands on, without a request. */

const STEPS = 32; // classes .d0 to .d32, 16 is zero
const comma = document.documentElement.lang === "es";

/** @param {number} value a true minus, the page's decimal sign */
function written(value) {
  const text = String(value).replaceAll("-", "\u2212");
  return comma ? text.replace(".", ",") : text;
}

/** @param {Event} event */
function show(event) {
  const slider = event.target;
  const held = document.querySelector("[data-learned]");
  if (!(slider instanceof HTMLInputElement) || slider.name !== "show" || !(held instanceof HTMLElement)) return;
  const step = Number(slider.value);
  const kernel = JSON.parse(held.dataset.kernels || "[]")[step];
  const largest = Number(held.dataset.largest) || 1;
  held.querySelectorAll(".learned-kernel:not(.wanted) td").forEach((cell, at) => {
    const value = kernel[at];
    const place = Math.round(((value / largest + 1) / 2) * STEPS);
    cell.textContent = written(Math.min(Math.max(Number(value.toFixed(3)), -999), 999));
    cell.className = `d${Math.min(Math.max(place, 0), STEPS)}`;
  });
  const curve = held.querySelector(".curve");
  const mark = held.querySelector(".mark");
  if (curve instanceof SVGPolylineElement && mark) {
    const point = curve.points.getItem(step);
    mark.setAttribute("cx", String(point.x));
    mark.setAttribute("cy", String(point.y));
  }
  const says = slider.form?.querySelector("output");
  if (says instanceof HTMLElement) {
    const loss = written(JSON.parse(held.dataset.losses || "[]")[step]);
    const error = written(JSON.parse(held.dataset.errors || "[]")[step]);
    says.textContent = (says.dataset.says || "").replace("{step}", String(step)).replace("{loss}", loss).replace("{error}", error);
  }
}

export function start() {
  document.addEventListener("input", show);
}
