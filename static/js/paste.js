// @ts-check
/** A picture or a block of numbers from the clipboard: pasted anywhere on the page, or by the panel's button. */
import { read, show } from "./numbers.js";
import { open, phrase, tell, whenLoaded } from "./source_panel.js";
import { send } from "./uploads.js";

export function start() {
  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files || [])].find((one) => one.type.startsWith("image/"));
    const typing = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
    if (file) {
      event.preventDefault();
      send(file, file.name || "clipboard.png");
    } else if (!typing) takeText(event.clipboardData?.getData("text/plain") || "");
  });
  whenLoaded((panel) => panel.querySelector("[data-paste]")?.addEventListener("click", ask));
}

/** Numbers open their part; other text pasted beside every field is nobody's. @param {string} text */
async function takeText(text) {
  if (!text.trim() || read(text).fault) return false;
  await open("numbers");
  show(text);
  return true;
}

/** The button asks the browser, which may ask the person. */
async function ask() {
  if (!navigator.clipboard?.read) {
    tell(phrase("paste", "forbidden"), true);
    return;
  }
  try {
    for (const item of await navigator.clipboard.read()) {
      const kind = item.types.find((type) => type.startsWith("image/"));
      if (kind) {
        send(await item.getType(kind), `clipboard.${kind.slice(6)}`);
        return;
      }
      if (item.types.includes("text/plain") && (await takeText(await (await item.getType("text/plain")).text()))) return;
    }
    tell(phrase("paste", "empty"), true);
  } catch {
    tell(phrase("paste", "forbidden"), true);
  }
}
