// @ts-check
/** The editor's tabs: one for each slice of a kernel that has one matrix an input channel. */

/**
 * Show a tab a slice; a kernel without slices has none.
 * @param {HTMLElement} holder @param {number} count @param {number} chosen @param {(n: number) => string} name
 */
export function show(holder, count, chosen, name) {
  holder.hidden = count < 2;
  if (holder.childElementCount !== count) {
    holder.replaceChildren(...Array.from({ length: count }, (_, i) => {
      const tab = document.createElement("button");
      tab.type = "button";
      tab.dataset.slice = String(i);
      tab.textContent = String(i);
      tab.setAttribute("aria-label", name(i));
      return tab;
    }));
  }
  for (const [i, tab] of [...holder.children].entries()) tab.setAttribute("aria-pressed", String(i === chosen));
}

/** A kernel's slices as its swatch carries them. @param {HTMLElement} swatch @returns {number[][][]} */
export function read(swatch) {
  const text = swatch.dataset.kernelValues || "0";
  return text.split("|").map((slice) => slice.split(";").map((row) => row.split(",").map(Number)));
}
