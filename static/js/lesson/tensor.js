// @ts-check
/** Lights a weight, the input cell it meets and their term in the sum, under the pointer or the focus. */

/** @param {Event} event */
function light(event) {
  const view = document.querySelector("[data-lesson-view='tensor']");
  const met = event.target instanceof Element ? event.target.closest("[data-term]") : null;
  if (!view || (met && !view.contains(met))) return;
  view.querySelectorAll(".lit").forEach((one) => one.classList.remove("lit"));
  if (!(met instanceof HTMLElement)) return;
  const alike = [...view.querySelectorAll(`[data-term="${met.dataset.term}"]`)];
  alike.forEach((one) => one.classList.add("lit"));
  const weight = alike.find((one) => one instanceof HTMLElement && one.dataset.index);
  const line = view.querySelector("[data-tensor-index]");
  if (!(weight instanceof HTMLElement) || !(line instanceof HTMLElement)) return;
  const zero = (weight.dataset.index || "").split(",");
  const one = zero.map((index) => Number(index) + 1);
  line.textContent = (line.dataset.says || "").replace("{zero}", zero.join(", ")).replace("{one}", one.join(", "));
}

export function start() {
  document.addEventListener("pointerover", light);
  document.addEventListener("focusin", light);
}
