// @ts-check
/** A form that is sent as soon as its file is chosen; without scripts it has a button. */

/** @param {ParentNode} root */
export function start(root) {
  for (const field of root.querySelectorAll("[data-send-on-choice]")) {
    if (field instanceof HTMLInputElement) field.onchange = () => { if (field.files?.length) field.form?.submit(); };
  }
}
