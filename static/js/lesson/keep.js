// @ts-check
/** What a script wrote into a lesson's address since it was loaded goes along with the lesson's forms. */

const OWN = new Set(["answer", "layer", "history"]); // what a form asks for anew, never what stands in the address

/** @param {HTMLFormElement} form */
function complete(form) {
  for (const [name, value] of new URL(location.href).searchParams) {
    if (OWN.has(name) || name.startsWith("set.") || name === form.dataset.drops) continue;
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === "hidden") field.value = value;
    if (field) continue;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
}

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form instanceof HTMLFormElement && form.matches("main.lesson form[data-keeps]")) complete(form);
  }, true);
}
