// @ts-check
/** The map of a layer whose slider moves, at once: its picture alone is asked for while the page's part is laid out. */

const probe = new Image(); // a newer address drops the one before
/** @type {{picture: HTMLImageElement, src: string} | null} what the page itself last said */
let kept = null;
let listening = false;

/** Ask for the moved layer's map. @param {HTMLFormElement} form */
export function preview(form) {
  const layer = new FormData(form).get("layer");
  const frame = form.getAttribute("action") === "/edit" ? document.getElementById(`map${layer}`) : null;
  const picture = frame?.querySelector("img");
  if (!frame || !picture || picture.currentSrc !== picture.src) return; // fine screens ask for the whole map, with the part
  if (!listening) document.addEventListener("htmx:before:swap", drop);
  listening = true;
  if (kept?.picture !== picture) kept = { picture, src: picture.src };
  probe.onload = () => (picture.src = probe.src);
  probe.src = `/edit/map.png?${query(form, frame, picture)}`;
}

/** The page goes back to what it said: the move failed. */
export function restore() {
  probe.onload = null;
  if (kept) kept.picture.src = kept.src;
  kept = null;
}

/** The part is there and has the map itself. */
function drop() {
  probe.onload = null;
  kept = null;
}

/** @param {HTMLFormElement} form @param {HTMLElement} frame @param {HTMLImageElement} picture */
function query(form, frame, picture) {
  const fields = [...new FormData(form)].filter(([name]) => name !== "history").map(([name, value]) => [name, String(value)]);
  const side = Math.max(picture.naturalWidth, picture.naturalHeight);
  return new URLSearchParams([...fields, ["channel", frame.dataset.channel ?? "0"], ["side", String(side)]]);
}
