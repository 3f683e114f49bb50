// @ts-check
/** A photo from the camera: live, frozen, used. Where the browser forbids it, the panel says what works instead. */
import { onLeave, phrase, tell, whenLoaded } from "./source_panel.js";
import { send } from "./uploads.js";

/** @type {MediaStream | null} */
let stream = null;

export function start() {
  whenLoaded((panel) => {
    const part = /** @type {HTMLElement} */ (panel.querySelector("#source-webcam"));
    for (const button of part.querySelectorAll("[data-camera]")) {
      button.addEventListener("click", () => act(part, button.getAttribute("data-camera") || ""));
    }
    part.querySelector("[data-camera-file]")?.addEventListener("change", (event) => {
      const file = /** @type {HTMLInputElement} */ (event.target).files?.[0];
      if (file) send(file, file.name);
    });
    onLeave(() => { stop(part); });
  });
}

/** @param {HTMLElement} part @param {string} action */
async function act(part, action) {
  const video = /** @type {HTMLVideoElement} */ (part.querySelector("video"));
  const canvas = /** @type {HTMLCanvasElement} */ (part.querySelector("canvas"));
  if (action === "on") await switchOn(part, video);
  if (action === "freeze") {
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d")?.drawImage(video, 0, 0);
    look(part, "frozen");
  }
  if (action === "again") look(part, "live");
  if (action === "use") canvas.toBlob((blob) => { if (blob) send(blob, "webcam.jpg"); }, "image/jpeg", 0.92);
}

/** @param {HTMLElement} part @param {HTMLVideoElement} video */
async function switchOn(part, video) {
  if (!navigator.mediaDevices?.getUserMedia) {
    tell(phrase("webcam", "insecure"), true);
    return;
  }
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    video.srcObject = stream;
    await video.play();
    tell("");
    look(part, "live");
  } catch (fault) {
    const none = fault instanceof DOMException && (fault.name === "NotFoundError" || fault.name === "OverconstrainedError");
    tell(phrase("webcam", none ? "none" : "refused"), true);
  }
}

/** @param {HTMLElement} part */
function stop(part) {
  for (const track of stream?.getTracks() || []) track.stop();
  stream = null;
  look(part, "off");
}

/** @param {HTMLElement} part @param {"off" | "live" | "frozen"} state */
function look(part, state) {
  const shown = { off: ["on"], live: ["freeze"], frozen: ["use", "again"] }[state];
  for (const button of part.querySelectorAll("[data-camera]")) {
    if (button instanceof HTMLElement) button.hidden = !shown.includes(button.dataset.camera || "");
  }
  /** @type {HTMLElement} */ (part.querySelector("video")).hidden = state !== "live";
  /** @type {HTMLElement} */ (part.querySelector("canvas")).hidden = state !== "frozen";
}
