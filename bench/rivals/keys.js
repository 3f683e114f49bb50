// Each turn: from the press of an arrow key on the slider to the next picture of over 100 pixels that has loaded.
(() => {
  let pressed = 0;
  let known = "";
  window.convisorTimes = [];
  const source = (picture) => picture.currentSrc || picture.src;
  const large = () => [...document.images].filter((picture) => picture.naturalWidth > 100).map(source).join();
  document.addEventListener(
    "keydown",
    () => {
      pressed = performance.now();
      known = large();
    },
    true,
  );
  document.addEventListener(
    "load",
    ({ target }) => {
      if (!(target instanceof HTMLImageElement) || !pressed || target.naturalWidth < 100 || known.includes(source(target))) return;
      window.convisorTimes.push(performance.now() - pressed);
      pressed = 0;
    },
    true,
  );
})();
