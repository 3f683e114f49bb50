// @ts-check
/** The stack's line: words coloured as they are typed, the fault underlined where it is. */

/** @param {ParentNode} root */
export function start(root) {
  const input = root.querySelector("#stackline");
  const ink = root.querySelector("[data-ink]");
  if (!(input instanceof HTMLInputElement) || !(ink instanceof HTMLElement)) return;
  const draw = () => {
    paint(ink, input.value, input.dataset.fault);
    ink.scrollLeft = input.scrollLeft;
  };
  input.parentElement?.classList.add("inked");
  input.oninput = () => {
    delete input.dataset.fault;
    draw();
  };
  input.onscroll = () => { ink.scrollLeft = input.scrollLeft; };
  draw();
}

/**
 * @param {HTMLElement} ink @param {string} text
 * @param {string} [fault] position of the fault, in code points
 */
function paint(ink, text, fault) {
  const at = fault === undefined ? -1 : [...text].slice(0, Number(fault)).join("").length;
  const pieces = text.split(/([|(),;=[\]~])/);
  let place = 0;
  ink.replaceChildren(...pieces.map((piece, i) => {
    const span = document.createElement("span");
    span.textContent = piece;
    span.className = kind(piece, pieces, i);
    if (at >= place && at < place + Math.max(1, piece.length)) span.classList.add("fault");
    place += piece.length;
    return span;
  }));
}

/** @param {string} piece @param {string[]} all @param {number} i */
function kind(piece, all, i) {
  if (piece === "|") return "or";
  if (/^[(),;=[\]~]$/.test(piece)) return "pt";
  const before = all.slice(0, i).filter((p) => p.trim()).at(-1);
  if (before === undefined || before === "|" || before === "~") return "fn";
  return all[i + 1] === "=" ? "ky" : "vl";
}
