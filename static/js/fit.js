// @ts-check
/** Sizes every picture so that one cell is a whole number of CSS pixels, or one cell in n where there are too many. */

let listening = false;

/** @param {ParentNode} root */
export function start(root) {
  for (const frame of root.querySelectorAll(".frame[data-fit]")) {
    if (frame instanceof HTMLElement) fit(frame);
  }
  if (listening) return;
  listening = true;
  let due = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(() => start(document));
  });
}

/** @param {HTMLElement} frame */
function fit(frame) {
  const stage = frame.closest("[data-shape]");
  const image = frame.querySelector("img");
  if (!(stage instanceof HTMLElement) || !image) return;
  const [, rows, cols] = (stage.dataset.shape || "1,1,1").split(",").map(Number);
  const name = frame.dataset.fit === "photo" ? "--photo" : "--map";
  const side = parseFloat(getComputedStyle(stage).getPropertyValue(name)) || 192;
  const longest = Math.max(rows, cols);
  const scale = longest <= side ? Math.floor(side / longest) : 1 / Math.ceil(longest / side);
  image.width = Math.ceil(cols * scale);
  image.height = Math.ceil(rows * scale);
  frame.dataset.scale = String(scale);
}
