// Comforts only: the report reads the same without them. No network, no storage.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  for (const pair of all(".pair")) {
    const [earlier, later] = all(".stage", pair);
    const follow = (from, to) => from.addEventListener("scroll", () => { to.scrollTop = from.scrollTop; }, { passive: true });
    follow(earlier, later);
    follow(later, earlier);
    const slide = pair.querySelector(".slide");
    const range = slide.querySelector("input[type=range]");
    const button = slide.querySelector("button");
    const cut = () => pair.style.setProperty("--cut", range.value + "%");
    slide.hidden = false;
    range.addEventListener("input", cut);
    button.addEventListener("click", () => {
      const on = pair.classList.toggle("sliding");
      button.setAttribute("aria-pressed", String(on));
      slide.querySelector("label").hidden = !on;
      cut();
    });
  }

  // a page is thousands of pixels high: begin where the mark is
  for (const stage of all(".stage[data-look]")) {
    const place = (Number(stage.dataset.look) / 1000) * stage.scrollHeight;
    stage.scrollTop = Math.max(0, place - stage.clientHeight / 3);
  }

  // marks on a picture are in its own pixels; fit both to the page together
  for (const figure of all(".scan")) {
    const image = figure.querySelector("img");
    const overlay = figure.querySelector("svg");
    const fit = () => {
      if (!image.naturalWidth) return;
      overlay?.setAttribute("viewBox", `0 0 ${image.naturalWidth} ${image.naturalHeight}`);
      figure.classList.add("fitted");
    };
    image.addEventListener("load", fit);
    if (image.complete) fit();
  }

  addEventListener("beforeprint", () => {
    for (const image of all("img[loading=lazy]")) image.loading = "eager";
  });
})();
