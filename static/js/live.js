// @ts-check
/** Forms that act while they are changed: a dragged slider sends its value, the latest wins. */
import { preview } from "./preview.js";

/** @type {WeakSet<Element>} */
const known = new WeakSet();

/** @param {ParentNode} root */
export function start(root) {
  for (const form of root.querySelectorAll("form[data-live]")) {
    if (!(form instanceof HTMLFormElement)) continue;
    restore(form);
    if (known.has(form)) continue;
    form.noValidate = true; // the server refuses with a sentence in the page's language
    known.add(form);
    form.addEventListener("input", (event) => slide(form, event.target));
    form.addEventListener("change", (event) => settle(form, event.target));
  }
}

/** A refused value does not stay over maps that it does not describe. @param {HTMLFormElement} form */
function restore(form) {
  delete form.dataset.asked;
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement) || field === document.activeElement) continue;
    if (!field.matches("[data-typed]")) field.value = field.defaultValue; // what took long to type is mended in place
  }
}

/** @param {HTMLFormElement} form @param {EventTarget | null} field */
function slide(form, field) {
  if (!(field instanceof HTMLInputElement) || field.type !== "range") return;
  const output = form.querySelector(`output[for="${field.id}"]`);
  if (output) output.textContent = document.documentElement.lang === "es" ? field.value.replace(".", ",") : field.value;
  preview(form);
  send(form, form.dataset.dragging ? "replace" : "push");
  form.dataset.dragging = "yes";
}

/** @param {HTMLFormElement} form @param {EventTarget | null} field */
function settle(form, field) {
  const dragged = field instanceof HTMLInputElement && field.type === "range" && form.dataset.dragging;
  delete form.dataset.dragging;
  send(form, dragged ? "replace" : "push");
}

/** The first step of a drag is a new place in the history, the rest replace it: one undo step a drag. @param {HTMLFormElement} form @param {"push" | "replace"} history */
function send(form, history) {
  let field = form.querySelector('input[name="history"]');
  if (!(field instanceof HTMLInputElement)) {
    field = form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "history" }));
  }
  const asked = JSON.stringify([...new FormData(form)].filter(([name]) => name !== "history"));
  if (form.dataset.asked === asked) return; // releasing a slider repeats its last value
  form.dataset.asked = asked;
  /** @type {HTMLInputElement} */ (field).value = history;
  form.requestSubmit();
}
