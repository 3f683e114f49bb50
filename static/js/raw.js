// @ts-check
/** The stages' raw numbers (.npy, float32), fetched once each and kept while there is room. */

/** @typedef {{shape: number[], values: Float32Array}} Tensor */
/** @typedef {{tensor: string, shape: number[]}} Source */

const WHOLE = 1_000_000; // cells up to which a stage is fetched with all its maps
const ROOM = 96 * 2 ** 20; // bytes kept

/** @type {Map<string, {promise: Promise<Tensor | null>, tensor: Tensor | null}>} */
const cache = new Map();

/**
 * Read a .npy file of little-endian float32 in C order (format versions 1 to 3).
 * @param {ArrayBuffer} buffer @returns {Tensor}
 */
function parseNpy(buffer) {
  const bytes = new DataView(buffer);
  if (buffer.byteLength < 10 || bytes.getUint32(0) !== 0x934e554d || bytes.getUint16(4) !== 0x5059) { throw new Error("not a .npy file"); }
  const long = bytes.getUint8(6) > 1;
  const start = long ? 12 : 10, length = long ? bytes.getUint32(8, true) : bytes.getUint16(8, true);
  const header = new TextDecoder().decode(new Uint8Array(buffer, start, length));
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").filter((n) => n.trim()).map(Number);
  if (!/'descr':\s*'<f4'/.test(header) || !/'fortran_order':\s*False/.test(header)) { throw new Error(`not float32 in C order: ${header}`); }
  const cells = shape.reduce((product, n) => product * n, 1), at = start + length;
  const values = at % 4 ? new Float32Array(buffer.slice(at, at + 4 * cells)) : new Float32Array(buffer, at, cells);
  return { shape, values };
}

/** @param {string} url @returns {Promise<Tensor | null>} null when it cannot be had */
function get(url) {
  const kept = cache.get(url);
  if (kept) {
    cache.delete(url); // the latest used goes to the end
    cache.set(url, kept);
    return kept.promise;
  }
  /** @type {{promise: Promise<Tensor | null>, tensor: Tensor | null}} */
  const entry = { tensor: null, promise: Promise.resolve(null) };
  entry.promise = fetch(url)
    .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(String(answer.status)))))
    .then((buffer) => { entry.tensor = parseNpy(buffer); trim(url); return entry.tensor; })
    .catch(() => { cache.delete(url); return null; });
  cache.set(url, entry);
  return entry.promise;
}

/** Forget the longest unused until the rest has room. @param {string} newest */
function trim(newest) {
  let bytes = 0;
  for (const [, entry] of cache) { bytes += entry.tensor?.values.byteLength ?? 0; }
  for (const [url, entry] of cache) {
    if (bytes <= ROOM) { return; }
    if (url === newest || !entry.tensor) { continue; }
    bytes -= entry.tensor.values.byteLength;
    cache.delete(url);
  }
}

/** The address of one map from that of its stage's tensor. @param {string} tensor @param {number} channel */
const mapUrl = (tensor, channel) => tensor.replace(/\/tensors\/(\d+)\.npy/, `/maps/$1/${channel}.npy`);

/** @param {Tensor | null} tensor @param {number} channel @returns {Float32Array | null} */
function slice(tensor, channel) {
  if (!tensor) { return null; }
  if (tensor.shape.length < 3) { return tensor.values; }
  const cells = tensor.shape[1] * tensor.shape[2];
  return tensor.values.subarray(channel * cells, (channel + 1) * cells);
}

/**
 * One map of a stage, row by row; null when it cannot be had.
 * @param {string} tensor @param {number} channel @param {boolean} [whole] @returns {Promise<Float32Array | null>}
 */
export async function plane(tensor, channel, whole = false) {
  if (!tensor) { return null; }
  const known = whole || cache.get(tensor)?.tensor;
  return slice(await get(known ? tensor : mapUrl(tensor, channel)), channel);
}

/** Fetch a map, with its whole stage where that is small. @param {Source} stage @param {number} channel */
export function load(stage, channel) {
  return plane(stage.tensor, channel, stage.shape[0] * stage.shape[1] * stage.shape[2] <= WHOLE);
}

/** Fetch a map unless it is here, and say so when it has come. @param {Source} stage @param {number} channel @param {() => void} here */
export function want(stage, channel, here) {
  if (!ready(stage, channel)) { load(stage, channel).then(here); }
}

/** The map if it is here already, else null. @param {Source} stage @param {number} channel @returns {Float32Array | null} */
export function ready(stage, channel) {
  return slice(cache.get(stage.tensor)?.tensor ?? cache.get(mapUrl(stage.tensor, channel))?.tensor ?? null, channel);
}
