// @ts-check
/** Dragging the moved picture sets its rows and columns, a cell at a time; the form asks for both orders anew. */

/** @type {{ x: number, y: number, size: number, down: number, right: number } | null} */
let held = null;

/** @param {string} name */
function field(name) {
  const found = document.querySelector(`#compare form [name="${name}"]`);
  return found instanceof HTMLInputElement ? found : null;
}

/** @param {PointerEvent} event */
function take(event) {
  const picture = event.target instanceof Element ? event.target.closest("[data-compare-drag] svg") : null;
  const cells = Number(picture?.parentElement?.dataset.cells);
  if (!picture || !cells) return;
  held = {
    x: event.clientX, y: event.clientY, size: picture.getBoundingClientRect().width / cells,
    down: Number(field("down")?.value), right: Number(field("right")?.value),
  };
  event.preventDefault();
}

/** @param {PointerEvent} event */
function drag(event) {
  if (!held) return;
  const moved = set("down", held.down + Math.round((event.clientY - held.y) / held.size));
  if (set("right", held.right + Math.round((event.clientX - held.x) / held.size)) || moved) {
    field("right")?.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** Whether it is another value than before. @param {string} name @param {number} value */
function set(name, value) {
  const input = field(name);
  if (!input) return false;
  const text = String(Math.min(Math.max(value, Number(input.min)), Number(input.max)));
  if (input.value === text) return false;
  input.value = text;
  return true;
}

export function start() {
  document.addEventListener("pointerdown", take);
  document.addEventListener("pointermove", drag);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { held = null; });
}
