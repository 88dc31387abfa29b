/* What the page does with scripts that it does without them too: it says that it is still open,
   and looks sooner whether work is done. */
(function () {
  "use strict";

  const root = document.documentElement.dataset.root;
  const MINUTE_MS = 60000;
  const LOOK_MS = 700;

  /** @param {string} what */
  function say(what) {
    navigator.sendBeacon(root + "/" + what);
  }

  say("here");
  window.setInterval(function () { say("here"); }, MINUTE_MS / 2);
  window.addEventListener("pagehide", function () { say("gone"); });
  if (document.querySelector("[data-waiting]")) {
    window.setTimeout(function () { window.location.reload(); }, LOOK_MS);
  }
})();
