// @ts-check
/** Draws a curve anew as it grows, on a logarithmic or an even axis, in an svg that the server drew first. */
import { number } from "../words.js";

const [WIDTH, HEIGHT] = [600, 200];
const LOWEST = 1e-10;
const FEWEST = 20; // steps that the axis spans at least, so that it has a length before the first one
const SVG = "http://www.w3.org/2000/svg";

/** @param {number} most @param {number} at @param {number} steps */
const across = (most, at, steps) => ((at / Math.max(most, steps, 1)) * WIDTH).toFixed(1);

/**
 * The losses by step, the axis in powers of ten; the mark stands on step `show`.
 * @param {Element} svg @param {number[]} losses @param {number} show
 */
export function logarithmic(svg, losses, show) {
  const heights = losses.map((loss) => Math.log10(Math.max(loss ?? Infinity, LOWEST))).map((height) => Math.min(height, 15));
  const low = Math.floor(heights.reduce((a, b) => Math.min(a, b)));
  const high = Math.max(Math.ceil(heights.reduce((a, b) => Math.max(a, b)) + 1e-9), low + 1);
  const up = (/** @type {number} */ height) => ((HEIGHT * (high - height)) / (high - low)).toFixed(1);
  const last = Math.max(losses.length - 1, FEWEST);
  svg.querySelector(".curve")?.setAttribute("points", heights.map((height, at) => `${across(last, at, 1)},${up(height)}`).join(" "));
  const mark = svg.querySelector(".mark");
  mark?.setAttribute("cx", across(last, show, 1));
  mark?.setAttribute("cy", up(heights[show]));
  const ticks = svg.querySelector("[data-ticks]");
  ticks?.replaceChildren();
  const every = Math.max(1, Math.ceil((high - low) / 5));
  for (let power = low; power <= high; power += every) ticks?.append(...tick(Number(up(power)), power));
  const end = svg.querySelector("[data-last]");
  if (end) end.textContent = String(last);
}

/** A line and its power of ten. @param {number} y @param {number} power */
function tick(y, power) {
  const line = document.createElementNS(SVG, "line");
  for (const [name, value] of Object.entries({ class: "axis", x1: 0, x2: WIDTH, y1: y, y2: y })) line.setAttribute(name, String(value));
  const text = document.createElementNS(SVG, "text");
  for (const [name, value] of Object.entries({ x: -8, y: y + 6, "text-anchor": "end" })) text.setAttribute(name, String(value));
  const raised = document.createElementNS(SVG, "tspan");
  raised.setAttribute("dy", "-7");
  raised.textContent = number(power, 0);
  text.append("10", raised);
  return [line, text];
}

/**
 * Values by step between 0 and `top`, over `steps` steps.
 * @param {Element | null} line @param {[number, number][]} points @param {number} steps @param {number} top
 */
export function even(line, points, steps, top) {
  const up = (/** @type {number} */ value) => (HEIGHT * (1 - Math.min(value / top, 1))).toFixed(1);
  line?.setAttribute("points", points.map(([step, value]) => `${across(steps, step, 1)},${up(value)}`).join(" "));
}
