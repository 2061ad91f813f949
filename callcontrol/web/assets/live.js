// Live parts of pages: one stream a page. What has changed is asked for as a piece of the page; ages are counted here,
// by the server's clock; without news the part is grey, and says since when.
"use strict";

(() => {
  const live = document.querySelector("[data-live]");
  if (!live) return;
  const part = live.querySelector(".live-part");
  const state = live.querySelector(".live-state");
  const EACH_MS = 1000;
  const SILENT_MS = 20000;
  let ahead = 0;
  let heard = Date.now();
  let staleSince = 0;
  let asked = 0;
  let wanted = false;

  // What was refused stays to be read when the part is asked for anew.
  part.querySelectorAll(".mistake").forEach((one) => part.before(one));

  const written = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(whole / 3600);
    const rest = `${Math.floor((whole % 3600) / 60)}`;
    return hours ? `${hours}:${two(rest)}:${two(whole % 60)}` : `${rest}:${two(whole % 60)}`;
  };

  const tick = () => {
    const now = Date.now() + ahead;
    if (!staleSince && Date.now() - heard > SILENT_MS) stale(heard + ahead);
    if (staleSince) {
      state.textContent = state.dataset.words.replace("{age}", written((now - staleSince) / 1000));
      return;
    }
    part.querySelectorAll("[data-since]").forEach((one) => {
      one.textContent = written((now - Date.parse(one.dataset.since)) / 1000);
    });
  };

  const stale = (since) => {
    if (!staleSince) staleSince = since;
    live.classList.add("is-stale");
    state.hidden = false;
  };

  const fresh = () => {
    staleSince = 0;
    live.classList.remove("is-stale");
    state.hidden = true;
  };

  // Nothing is taken from under a person's hands: a part with an open menu or a half-written field waits.
  const isBusy = () => {
    const at = document.activeElement;
    return part.contains(at) && ["INPUT", "SELECT", "TEXTAREA"].includes(at.tagName);
  };

  const ask = async () => {
    if (isBusy() || document.hidden) {
      wanted = true;
      return;
    }
    wanted = false;
    asked = Date.now();
    let answer;
    try {
      answer = await fetch(live.dataset.live, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    } catch {
      return;
    }
    if (answer.status === 401) window.location.reload();
    if (!answer.ok) return;
    const text = await answer.text();
    if (isBusy()) {
      wanted = true;
      return;
    }
    const open = new Set([...part.querySelectorAll("details[open]")].map((one) => one.id));
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const again = focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.closest("[id]") && `#${CSS.escape(focused.closest("[id]").id)} summary`);
    part.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    open.forEach((id) => {
      const one = document.getElementById(id);
      if (one) one.open = true;
    });
    if (again) (part.querySelector(again) || part.querySelector("button"))?.focus({ preventScroll: true });
    tick();
  };

  const changed = () => {
    const left = asked + EACH_MS - Date.now();
    if (left <= 0) ask();
    else if (!wanted) {
      wanted = true;
      window.setTimeout(ask, left);
    }
  };

  const source = new EventSource(live.dataset.stream);
  const hear = (event) => {
    heard = Date.now();
    return event.data ? JSON.parse(event.data) : {};
  };
  source.addEventListener("snapshot", (event) => {
    ahead = Date.parse(hear(event).at) - Date.now();
    fresh();
    changed();
  });
  source.addEventListener("change", (event) => {
    const told = hear(event);
    ahead = Date.parse(told.at) - Date.now();
    if (told.queues.length || told.agents.length) changed();
  });
  source.addEventListener("beat", hear);
  source.addEventListener("stale", (event) => stale(Date.parse(hear(event).since)));
  source.addEventListener("end", () => {
    source.close();
    window.location.reload();
  });
  source.addEventListener("error", () => stale(heard + ahead));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && wanted) ask();
  });
  part.addEventListener("focusout", () => {
    if (wanted) window.setTimeout(changed, 200);
  });
  window.setInterval(tick, 500);
  tick();

  // After a form of this part the focus is where it was.
  part.addEventListener("submit", (event) => {
    const id = event.target.closest("details")?.id || "";
    window.sessionStorage.setItem("at", `${window.location.pathname} ${id}`);
  });
  const [path, id] = (window.sessionStorage.getItem("at") || " ").split(" ");
  window.sessionStorage.removeItem("at");
  if (path === window.location.pathname) {
    const one = id && document.getElementById(id);
    if (one) one.open = true;
    (one?.querySelector("summary") || part.querySelector("button"))?.focus();
  }
})();
