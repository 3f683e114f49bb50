// @ts-check
/** A picture that does not come, since the server is full or away: asked for again, the last one pale meanwhile. */
import { show } from "./notice.js";
import { say } from "./words.js";

const WAITS = [1000, 2000, 4000]; // ms before each further try; a full server asks for 2 s

/** @type {WeakMap<HTMLImageElement, string>} the address that each picture last showed */
const shown = new WeakMap();
/** @type {WeakMap<HTMLImageElement, {address: string, tries: number}>} */
const wanted = new WeakMap();
let listening = false;

/** @param {ParentNode} root */
export function start(root) {
  for (const picture of root.querySelectorAll("img")) {
    if (picture.complete && picture.naturalWidth) shown.set(picture, picture.src);
    else if (picture.complete && picture.src) failed(picture); // before this script ran
  }
  if (listening) return;
  listening = true;
  document.addEventListener("load", (event) => arrived(event.target), true);
  document.addEventListener("error", (event) => {
    if (event.target instanceof HTMLImageElement) failed(event.target);
  }, true);
}

/** @param {EventTarget | null} picture */
function arrived(picture) {
  if (!(picture instanceof HTMLImageElement)) return;
  const late = wanted.get(picture);
  if (late && late.address !== picture.src && picture.classList.contains("late")) return; // the last one again
  shown.set(picture, picture.src);
  wanted.delete(picture);
  picture.classList.remove("late");
}

/** @param {HTMLImageElement} picture */
function failed(picture) {
  const fine = picture.parentElement?.querySelector(":scope > source");
  if (fine instanceof HTMLSourceElement) standIn(picture, fine);
  if (!picture.src.startsWith(location.origin)) return;
  const before = wanted.get(picture);
  const late = before?.address === picture.src ? before : { address: picture.src, tries: 0 };
  wanted.set(picture, late);
  const last = shown.get(picture);
  if (last && last !== late.address) {
    picture.classList.add("late");
    picture.src = last;
  }
  const wait = WAITS[late.tries];
  late.tries += 1;
  if (wait) window.setTimeout(() => again(picture, late), wait * (0.75 + Math.random() / 2));
  else show(say("js.picture_late"), { word: say("js.try_again"), act: () => again(picture, { ...late, tries: 0 }) });
}

/** Show the coarse picture that the page has, until the fine one comes. @param {HTMLImageElement} picture @param {HTMLSourceElement} fine */
function standIn(picture, fine) {
  const coarse = picture.src, tries = Number(fine.dataset.tries ?? 0), wait = WAITS[tries];
  fine.dataset.tries = String(tries + 1);
  fine.remove();
  if (!wait) return;
  window.setTimeout(() => {
    const place = picture.parentElement;
    if (place && picture.isConnected && picture.src === coarse && !place.querySelector("source")) picture.before(fine);
  }, wait * (0.75 + Math.random() / 2));
}

/** Ask once more, unless the page has moved on. @param {HTMLImageElement} picture @param {{address: string, tries: number}} late */
function again(picture, late) {
  const moved = !picture.isConnected || (picture.src !== late.address && picture.src !== shown.get(picture));
  if (moved || wanted.get(picture)?.address !== late.address) return;
  wanted.set(picture, late);
  picture.src = late.address;
}
