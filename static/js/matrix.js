// @ts-check
/** Kernels as matrices: what the editor's buttons do, and what can be said of one. Mirrors the server's own. */

/** @typedef {number[][]} Matrix */
const NEGLIGIBLE = 1e-9; // a sum or a remainder is zero below this share of the largest

/** @param {Matrix} m @param {(value: number, row: number, col: number) => number} change @returns {Matrix} */
const each = (m, change) => m.map((row, r) => row.map((cell, c) => change(cell, r, c)));

/** @param {Matrix} m */
export const total = (m) => m.flat().reduce((sum, cell) => sum + cell, 0);

/** @param {Matrix} m */
export const magnitudes = (m) => m.flat().reduce((sum, cell) => sum + Math.abs(cell), 0);

/** Divide by the sum; null where the cells add up to zero. @param {Matrix} m */
export function normalise(m) {
  const sum = total(m);
  return Math.abs(sum) <= NEGLIGIBLE * magnitudes(m) ? null : each(m, (cell) => cell / sum);
}

/** @param {Matrix} m */
export const negate = (m) => each(m, (cell) => 0 - cell);

/** @param {Matrix} m */
export const transpose = (m) => m[0].map((_, c) => m.map((row) => row[c]));

/** A quarter counter-clockwise. @param {Matrix} m */
export const rotate90 = (m) => transpose(m).reverse();

/** @param {Matrix} m */
export const flip180 = (m) => [...m].reverse().map((row) => [...row].reverse());

/** Normal numbers over the root of their count. @param {Matrix} m */
export function randomise(m) {
  const scale = Math.sqrt(m.length * m[0].length);
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return each(m, () => Math.round((1000 * normal()) / scale) / 1000);
}

/** Another size around the same centre cell, new cells 0. @param {Matrix} m @param {number} rows @param {number} cols */
export function resized(m, rows, cols) {
  const down = Math.floor(rows / 2) - Math.floor(m.length / 2);
  const right = Math.floor(cols / 2) - Math.floor(m[0].length / 2);
  return Array.from({ length: rows }, (_, r) => Array.from({ length: cols }, (__, c) => m[r - down]?.[c - right] ?? 0));
}

/** The notation of a matrix, to about ten digits. @param {Matrix} m */
export function text(m) {
  const write = (/** @type {number} */ cell) => String(Number(cell.toPrecision(10)) + 0).replace("e+", "e");
  return `[${m.map((row) => row.map(write).join(",")).join(";")}]`;
}

/** Number of independent rows, by elimination with the largest pivot. @param {Matrix} m */
export function rank(m) {
  const left = m.map((row) => [...row]);
  const limit = NEGLIGIBLE * Math.max(...m.flat().map(Math.abs));
  let found = 0;
  for (; found < Math.min(m.length, m[0].length); found += 1) {
    const { row, col, size } = largest(left, found);
    if (size <= limit) break;
    [left[found], left[row]] = [left[row], left[found]];
    for (const line of left) [line[found], line[col]] = [line[col], line[found]];
    for (const line of left.slice(found + 1)) {
      const share = line[found] / left[found][found];
      for (let c = found; c < line.length; c += 1) line[c] -= share * left[found][c];
    }
  }
  return found;
}

/** @param {Matrix} m @param {number} from */
function largest(m, from) {
  let best = { row: from, col: from, size: 0 };
  for (let row = from; row < m.length; row += 1) {
    for (let col = from; col < m[0].length; col += 1) {
      if (Math.abs(m[row][col]) > best.size) best = { row, col, size: Math.abs(m[row][col]) };
    }
  }
  return best;
}

/** Column and row whose product is a kernel of rank 1, scaled for reading. @param {Matrix} m @returns {{column: number[], row: number[]}} */
export function factors(m) {
  const { row: p, col: q } = largest(m, 0);
  const column = m.map((line) => line[q]);
  const row = m[p].map((cell) => cell / m[p][q]);
  const sum = column.reduce((a, b) => a + b, 0);
  if (Math.abs(total(m) - 1) < NEGLIGIBLE) return { column: clean(column.map((v) => v / sum)), row: clean(row.map((v) => v * sum)) };
  const scaled = [unit(column), 1 / unit(row)].map((scale) => ({ column: clean(column.map((v) => v / scale)), row: clean(row.map((v) => v * scale)) }));
  const whole = scaled.find((pair) => [...pair.column, ...pair.row].every(Number.isInteger));
  const pair = whole || scaled[0];
  const sign = falls(pair.column) ? -1 : 1;
  return { column: pair.column.map((v) => sign * v + 0), row: pair.row.map((v) => sign * v + 0) };
}

/** @param {number[]} factor the smallest magnitude that is not zero */
function unit(factor) {
  const sizes = factor.map(Math.abs);
  const most = Math.max(...sizes);
  return Math.min(...sizes.filter((size) => size > NEGLIGIBLE * most));
}

/** @param {number[]} factor */
function clean(factor) {
  const most = Math.max(...factor.map(Math.abs));
  return factor.map((v) => (Math.abs(v) < NEGLIGIBLE * most ? 0 : Number(v.toPrecision(10))));
}

/** @param {number[]} column whether it reads better with its signs changed */
function falls(column) {
  const sum = column.reduce((a, b) => a + b, 0);
  const size = column.reduce((a, b) => a + Math.abs(b), 0);
  return Math.abs(sum) > NEGLIGIBLE * size ? sum < 0 : column[column.length - 1] < 0;
}

/**
 * Magnitude of the response on a size × size grid, zero frequency at [size/2][size/2].
 * @param {Matrix} m @param {number} size @returns {Matrix}
 */
export function response(m, size) {
  const waves = Array.from({ length: size }, (_, i) => (-2 * Math.PI * (i - size / 2)) / size);
  const partial = m.map((row) => waves.map((wave) => sumOf(row.map((v, c) => [v * Math.cos(wave * c), v * Math.sin(wave * c)]))));
  return waves.map((wave) => waves.map((_, j) => {
    const [re, im] = sumOf(partial.map((line, r) => {
      const [cos, sin] = [Math.cos(wave * r), Math.sin(wave * r)];
      return [line[j][0] * cos - line[j][1] * sin, line[j][0] * sin + line[j][1] * cos];
    }));
    return Math.hypot(re, im);
  }));
}

/** @param {number[][]} terms complex numbers */
function sumOf(terms) {
  return terms.reduce(([re, im], [a, b]) => [re + a, im + b], [0, 0]);
}
