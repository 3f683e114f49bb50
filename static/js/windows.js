// @ts-check
/** Windows of one axis: which input cells an output reads, and which outputs an input feeds. */

/** @typedef {[number, number]} Span first and last cell, both included; empty when first > last */
/** @typedef {{type: string, inputs: number, outputs: number, size: number, stride: number, dilation: number, before: number, mode: string}} Axis */

/** @type {Span} */
const EMPTY = [0, -1];

/** @param {Span} span */
export const sizeOf = (span) => Math.max(0, span[1] - span[0] + 1);

/** @param {Span} span @param {number} length @returns {Span} */
export const clip = (span, length) => [Math.max(span[0], 0), Math.min(span[1], length - 1)];

/** @param {number} a @param {number} b */
const floorDiv = (a, b) => Math.floor(a / b);
/** @param {number} a @param {number} b */
const ceilDiv = (a, b) => -Math.floor(-a / b);

/** @param {Axis} w */
const reach = (w) => w.dilation * (w.size - 1);

/**
 * Input indices that an output cell reads, in kernel order; outside 0..inputs-1 is padding.
 * @param {Axis} w @param {number} output @returns {number[]}
 */
export function taps(w, output) {
  if (w.type === "sliding") {
    const start = output * w.stride - w.before;
    return Array.from({ length: w.size }, (_, tap) => start + w.dilation * tap);
  }
  if (w.type === "transposed") { return kernelTaps(w, output).map((tap) => (output + w.before - w.dilation * tap) / w.stride); }
  if (w.type === "shares") {
    const [first, last] = pull(w, [output, output]);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }
  const place = (2 * output + 1) * w.inputs - w.outputs;
  const below = floorDiv(place, 2 * w.outputs);
  const reads = place === below * 2 * w.outputs ? [below] : [below, below + 1];
  return [...new Set(reads.map((i) => Math.min(Math.max(i, 0), w.inputs - 1)))];
}

/**
 * The kernel cells that meet `taps`, in the same order: all of them, except in a transposed convolution.
 * @param {Axis} w @param {number} output @returns {number[]}
 */
export function kernelTaps(w, output) {
  const every = Array.from({ length: w.size }, (_, tap) => tap);
  if (w.type !== "transposed") { return every; }
  return every.filter((tap) => {
    const i = output + w.before - w.dilation * tap;
    return i % w.stride === 0 && i >= 0 && i / w.stride < w.inputs;
  });
}

/**
 * The nominal interval of inputs that a span of outputs reads.
 * @param {Axis} w @param {Span} span @returns {Span}
 */
export function pull(w, span) {
  if (!sizeOf(span)) { return EMPTY; }
  if (w.type === "sliding") { return [span[0] * w.stride - w.before, span[1] * w.stride - w.before + reach(w)]; }
  if (w.type === "transposed") {
    return clip([ceilDiv(span[0] + w.before - reach(w), w.stride), floorDiv(span[1] + w.before, w.stride)], w.inputs);
  }
  if (w.type === "shares") {
    return [floorDiv(span[0] * w.inputs, w.outputs), ceilDiv((span[1] + 1) * w.inputs, w.outputs) - 1];
  }
  const inside = clip(span, w.outputs);
  if (!sizeOf(inside)) { return EMPTY; }
  return [taps(w, inside[0])[0], /** @type {number} */ (taps(w, inside[1]).at(-1))];
}

/**
 * The interval of outputs that a span of inputs feeds, clipped to the outputs there are.
 * @param {Axis} w @param {Span} span @returns {Span}
 */
export function push(w, span) {
  if (!sizeOf(span)) { return EMPTY; }
  if (w.type === "sliding") {
    if (!w.stride) { return span[0] <= reach(w) - w.before && span[1] >= -w.before ? [0, w.outputs - 1] : EMPTY; }
    return clip([ceilDiv(span[0] + w.before - reach(w), w.stride), floorDiv(span[1] + w.before, w.stride)], w.outputs);
  }
  if (w.type === "transposed") {
    return clip([span[0] * w.stride - w.before, span[1] * w.stride - w.before + reach(w)], w.outputs);
  }
  if (w.type === "shares") {
    return clip([floorDiv(span[0] * w.outputs, w.inputs), ceilDiv((span[1] + 1) * w.outputs, w.inputs) - 1], w.outputs);
  }
  /** @type {number[]} */
  const reads = [];
  for (let i = 0; i < w.outputs; i += 1) {
    if (taps(w, i).some((tap) => tap >= span[0] && tap <= span[1])) { reads.push(i); }
  }
  return reads.length ? [reads[0], /** @type {number} */ (reads.at(-1))] : EMPTY;
}

/**
 * The real cell whose value stands at `index`, or null where zeros are.
 * @param {Axis} w @param {number} index @returns {number | null}
 */
export function source(w, index) {
  const n = w.inputs;
  if (index >= 0 && index < n) { return index; }
  if (w.type !== "sliding") { return null; }
  if (w.mode === "reflect") {
    const mirrored = index < 0 ? -index : 2 * (n - 1) - index;
    return mirrored >= 0 && mirrored < n ? mirrored : null;
  }
  if (w.mode === "replicate") { return Math.min(Math.max(index, 0), n - 1); }
  if (w.mode === "circular") { return ((index % n) + n) % n; }
  return null;
}

/**
 * Every real input cell that some output cells read, padding's copies included, in order.
 * @param {Axis} w @param {number[]} outputs @returns {number[]}
 */
export function sources(w, outputs) {
  /** @type {Set<number>} */
  const cells = new Set();
  for (const output of outputs) {
    for (const tap of taps(w, output)) {
      const cell = source(w, tap);
      if (cell !== null) { cells.add(cell); }
    }
  }
  return [...cells].sort((a, b) => a - b);
}

/**
 * Cells of padding before and after an axis, as far as the window really reaches.
 * @param {Axis} w @returns {[number, number]}
 */
export function padding(w) {
  if (w.type !== "sliding") { return [0, 0]; }
  const [first, last] = pull(w, [0, w.outputs - 1]);
  return [Math.max(0, -first), Math.max(0, last - w.inputs + 1)];
}
