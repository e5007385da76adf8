// Watches the session from the browser, also when nothing is clicked: warns quietly before it ends, and when it has
// ended leaves the page, so that nothing stays on the screen. Asking is not activity.
"use strict";
// Streamlit otherwise finds out where it is served by asking for addresses that are not there.
window.__streamlit = { BACKEND_BASE_URL: `${window.location.origin}/` };
(() => {
  const WARN_BELOW = 120;
  const LONGEST_WAIT = 30;
  let leaving = false;
  let idleLeft = Infinity;
  let ours = null;
  let waiting = 0;

  function leave(because) {
    if (leaving) return;
    leaving = true;
    document.getElementById("root")?.remove();
    window.location.replace(`/sign-in?because=${because}`);
  }

  function warn(seconds) {
    const words = document.querySelector("[data-varde-warning]");
    let strip = document.getElementById("varde-warning");
    if (seconds > WARN_BELOW || !words) {
      strip?.remove();
      return;
    }
    if (!strip) {
      strip = document.createElement("div");
      strip.id = "varde-warning";
      strip.setAttribute("role", "status");
      document.body.append(strip);
    }
    strip.textContent = words.dataset.vardeWarning;
  }

  async function look() {
    let wait = LONGEST_WAIT;
    window.clearTimeout(waiting);
    try {
      const answer = await fetch("/gate/session", { cache: "no-store", redirect: "error" });
      if (answer.status === 401) return leave(idleLeft <= LONGEST_WAIT + 5 ? "idle" : "ended");
      if (answer.ok) {
        const left = await answer.json();
        // Somebody else has signed in, in another tab of this browser: what stands here is not theirs to see.
        if (ours !== null && ours !== left.session) return leave("ended");
        ours = left.session;
        idleLeft = left.idle_seconds_left;
        const seconds = Math.min(left.idle_seconds_left, left.seconds_left);
        warn(seconds);
        wait = Math.min(LONGEST_WAIT, Math.max(1, seconds > WARN_BELOW ? seconds - WARN_BELOW : seconds / 4));
      }
    } catch {
      wait = 5;
    }
    waiting = window.setTimeout(look, wait * 1000);
  }

  // Streamlit's own buttons have English names, which a screen reader says.
  function rename(labels) {
    for (const named of document.querySelectorAll("[aria-label]")) {
      const label = labels[named.getAttribute("aria-label")];
      if (label) named.setAttribute("aria-label", label);
    }
  }

  // The workbench says in a marker of its own which language it speaks and whether the session is over.
  function read() {
    for (const marker of document.querySelectorAll("[data-varde-language]")) {
      document.documentElement.lang = marker.dataset.vardeLanguage;
      rename(JSON.parse(marker.dataset.vardeLabels));
      if (marker.dataset.vardeOver) leave(marker.dataset.vardeOver);
    }
  }

  new MutationObserver(read).observe(document.documentElement, { childList: true, subtree: true, attributes: true,
    attributeFilter: ["data-varde-language", "data-varde-over"] });
  window.addEventListener("focus", look);
  waiting = window.setTimeout(look, 1000);
})();
