// @ts-check
/** Numbers as a picture's address, grid([0,1;1,0]), and as a PNG where the address would be too long. */

export const MAX_TEXT = 16000; // characters that the server reads
export const SHORT = 8000; // a drawing longer than this is sent as a file

/** @param {number[][]} rows @param {number | null} digits decimals that are kept; null keeps all */
export function gridText(rows, digits = null) {
  const write = (/** @type {number} */ cell) => String(digits === null ? cell : Number(cell.toFixed(digits))).replace("e+", "e");
  return `grid([${rows.map((row) => row.map(write).join(",")).join(";")}])`;
}

/** The rows of a picture's address that is one grid of numbers; null for every other picture. @param {string} image @returns {number[][] | null} */
export function gridRows(image) {
  const inner = /^grid\(\[([^[\]]+)\]\)$/.exec(image.replace(/\s/g, ""));
  const rows = inner ? inner[1].split(";").map((row) => row.split(",").map(Number)) : [];
  return rows.length && rows.flat().every(Number.isFinite) ? rows : null;
}

/** @param {number[][]} rows of 0..1 @returns {Promise<Blob>} */
export function gridPng(rows) {
  const canvas = document.createElement("canvas");
  canvas.width = rows[0].length;
  canvas.height = rows.length;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = pen.createImageData(canvas.width, canvas.height);
  rows.flat().forEach((cell, i) => pixels.data.set([...Array(3).fill(Math.round(cell * 255)), 255], 4 * i));
  pen.putImageData(pixels, 0, 0);
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png");
  });
}
