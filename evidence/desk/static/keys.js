// Keys for those who go through many findings; each only does what a link, button or field of the page does.
(() => {
  "use strict";
  const typing = (at) => at.closest("input, textarea, select, [contenteditable]") !== null;
  const keyed = (key) => document.querySelector(`[data-key="${key}"]:not([disabled])`);

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape" && typing(event.target)) return void event.target.blur();
    if (typing(event.target)) return;
    if (event.key === "?") {
      const help = document.getElementById("keys");
      if (help) help.open = !help.open;
      return;
    }
    if (!/^[a-z]$/.test(event.key)) return;
    const found = keyed(event.key);
    if (!found) return;
    event.preventDefault();
    if (found.tagName === "A") found.click();
    else found.focus(); // a decision is never one key: the button is pressed by Enter, a reason is written
  });
})();
