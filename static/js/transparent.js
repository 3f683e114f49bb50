// @ts-check
/** A picture with transparent parts is shown on the background that can still be chosen, before it is sent. */

const SIDE = 144; // pixels of the preview, which is also what is searched
const OPAQUE = /^image\/(jpeg|bmp)$/;

/** @param {Blob} file @param {HTMLCanvasElement} canvas takes the picture, small @returns {Promise<boolean>} false too where the browser cannot read the file */
async function drawn(file, canvas) {
  if (OPAQUE.test(file.type)) return false;
  const picture = await createImageBitmap(file).catch(() => null);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!picture || !pen) return false;
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, i) => i % 4 === 3 && value < 255);
}

/**
 * Ask for the colour behind a picture's transparent parts; a picture without any needs no question.
 * @param {HTMLElement} panel @param {Blob} file @param {() => void} chosen @returns {Promise<boolean>} whether it was asked
 */
export async function ask(panel, file, chosen) {
  const question = panel.querySelector("[data-transparent]"), canvas = question?.querySelector("canvas");
  const colour = panel.querySelector("[data-upload] [name=background]"), use = question?.querySelector("button");
  if (!(question instanceof HTMLElement) || !(canvas instanceof HTMLCanvasElement)) return false;
  if (!(colour instanceof HTMLInputElement) || !(use instanceof HTMLButtonElement)) return false;
  question.hidden = !(await drawn(file, canvas));
  if (question.hidden) return false;
  const show = () => { canvas.style.backgroundColor = colour.value; };
  colour.oninput = show;
  show();
  use.onclick = () => {
    question.hidden = true;
    chosen();
  };
  return true;
}
