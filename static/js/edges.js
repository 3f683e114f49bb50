// @ts-check
/** The cone between columns: from a field to the next one, and arrows for the flow; measured once a layout. */

import { svg, viewOf } from "./overlay.js";
import { sizeOf } from "./windows.js";

/** @typedef {import('./stages.js').Stage} Stage */
/** @typedef {import('./fields.js').Box} Box */
/** @typedef {{left: number, top: number, width: number, height: number, x: number, y: number, across: number, down: number}} Area */

const phone = matchMedia("(max-width: 700px)"); // where the maps stand below each other
/** @type {(Area | null)[] | null} */
let areas = null;

/** Forget the measures: the layout has changed. */
export function forget() { areas = null; }

/** Where the stages' pictures stand, in pixels of the stack's content. @param {HTMLElement} stack @param {Stage[]} stages */
function measure(stack, stages) {
  const host = stack.getBoundingClientRect();
  return stages.map((stage) => {
    const frame = stage.frames.find((f) => stack.contains(f)), image = frame?.querySelector("img");
    if (!frame || !image) { return null; }
    const at = image.getBoundingClientRect(), view = viewOf(frame, stage.shape[1], stage.shape[2]);
    return {
      left: at.left - host.left + stack.scrollLeft, top: at.top - host.top, width: at.width, height: at.height,
      x: view.x, y: view.y, across: at.width / view.width, down: at.height / view.height,
    };
  });
}

/** @param {Area} area @param {Box} box */
function place(area, box) {
  const left = area.left + (box.cols[0] - area.x) * area.across, top = area.top + (box.rows[0] - area.y) * area.down;
  return { left, top, right: left + sizeOf(box.cols) * area.across, bottom: top + sizeOf(box.rows) * area.down };
}

/** @param {Element} edges @param {string} name @param {string} d */
function path(edges, name, d) {
  const found = edges.querySelector(`.${name}`) ?? edges.appendChild(svg("path", { class: name }));
  if (found.getAttribute("d") !== d) { found.setAttribute("d", d); }
}

/**
 * Draw the cone through the given boxes, one a stage (null: none).
 * @param {HTMLElement} stack @param {Stage[]} stages @param {(Box | null)[]} boxes
 */
export function draw(stack, stages, boxes) {
  const edges = stack.querySelector(".edges");
  if (!edges || phone.matches) { return; }
  areas ??= measure(stack, stages);
  let flow = "", cone = "";
  /** @type {{area: Area, box: Box | null} | null} */
  let before = null;
  for (const [index, area] of areas.entries()) {
    if (!area) { continue; }
    const last = areas.findIndex((other, i) => i > index && other);
    // layers without a picture of their own share the photo's: their field is the one to start from
    const box = boxes[index] ?? (last > 0 ? boxes.slice(index, last).find(Boolean) ?? null : null);
    if (before) {
      const wrapped = area.top > before.area.top + before.area.height; // a lesson's row goes on below: nothing crosses the maps
      const y = area.top + area.height / 2, from = before.area.left + before.area.width + 4, to = area.left - 4;
      if (to - from > 8 && !wrapped) { flow += `M${from} ${y}H${to}M${to - 5} ${y - 3.5}L${to} ${y}L${to - 5} ${y + 3.5}`; }
      if (!wrapped && before.box && box && sizeOf(box.rows) && sizeOf(before.box.rows)) {
        const a = place(before.area, before.box), b = place(area, box);
        cone += `M${a.right} ${a.top}L${b.left} ${b.top}V${b.bottom}L${a.right} ${a.bottom}Z`;
      }
    }
    before = { area, box };
  }
  path(edges, "flow", flow);
  path(edges, "cone", cone);
}
