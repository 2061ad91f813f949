// A wall: tiles of queues by one stream. Ages are counted here by the server's clock; without news the wall is grey, and
// says since when; the stream comes back by itself, and the wall with it when the link is good no more.
"use strict";

(() => {
  const wall = document.querySelector(".wall[data-stream]");
  if (!wall) return;
  const state = wall.querySelector(".wall-state");
  const clock = wall.querySelector(".wall-clock");
  const tiles = new Map([...wall.querySelectorAll(".tile")].map((tile) => [tile.dataset.queue, tile]));
  const language = wall.dataset.language;
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  const hours = new Intl.DateTimeFormat(language, { timeZone: wall.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const SILENT_MS = 20000;
  const RETRY_MS = 3000;
  const known = new Map();
  let ahead = 0;
  let heard = Date.now();
  let staleSince = 0;
  let source = null;

  const written = (ms) => {
    const whole = Math.max(0, Math.floor(ms / 1000));
    const two = (number) => String(number).padStart(2, "0");
    const minutes = Math.floor((whole % 3600) / 60);
    return whole >= 3600 ? `${Math.floor(whole / 3600)}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  };

  const grade = (value, [yellow, red]) => (value >= red ? 2 : value >= yellow ? 1 : 0);

  const draw = (queue, now) => {
    const tile = tiles.get(queue.queue);
    if (!tile) return;
    const set = (name, text, worst = 0) => {
      const one = tile.querySelector(`.${name}`);
      if (one.textContent !== text) one.textContent = text;
      one.classList.toggle("yellow", worst === 1);
      one.classList.toggle("red", worst === 2);
      return worst;
    };
    const longest = queue.oldest_at ? now - Date.parse(queue.oldest_at) : 0;
    const level = queue.service_level;
    const colours = queue.colours;
    const worst = Math.max(
      set("waiting", String(queue.waiting), grade(queue.waiting, colours.waiting)),
      set("longest", queue.oldest_at ? written(longest) : "–", grade(longest / 1000, colours.longest_s)),
      set("level", level === null ? "–" : percent.format(level), level === null ? 0 : level < colours.service_level[1] ? 2 : level < colours.service_level[0] ? 1 : 0),
    );
    set("ready", `${queue.ready} / ${queue.active}`);
    set("today", `${queue.answered} / ${queue.abandoned}`);
    tile.classList.toggle("is-yellow", worst === 1);
    tile.classList.toggle("is-red", worst === 2);
  };

  const tick = () => {
    const now = Date.now() + ahead;
    clock.textContent = hours.format(new Date(now));
    if (!staleSince && Date.now() - heard > SILENT_MS) stale(heard + ahead);
    if (staleSince) {
      state.textContent = wall.dataset.stale.replace("{age}", written(now - staleSince));
      return;
    }
    known.forEach((queue) => draw(queue, now));
  };

  const stale = (since) => {
    if (!staleSince) staleSince = since;
    wall.classList.add("is-stale");
    state.hidden = false;
    tick();
  };

  const take = (event, all) => {
    const told = JSON.parse(event.data);
    heard = Date.now();
    ahead = Date.parse(told.at) - heard;
    if (all) known.clear();
    told.queues.forEach((queue) => known.set(queue.queue, queue));
    staleSince = 0;
    wall.classList.remove("is-stale");
    state.hidden = true;
    tick();
  };

  const look = () => {
    source = new EventSource(wall.dataset.stream);
    source.addEventListener("snapshot", (event) => take(event, true));
    source.addEventListener("change", (event) => take(event, false));
    source.addEventListener("beat", () => { heard = Date.now(); });
    source.addEventListener("stale", (event) => {
      heard = Date.now();
      stale(Date.parse(JSON.parse(event.data).since));
    });
    source.addEventListener("end", () => window.location.reload());
    source.addEventListener("error", () => {
      stale(heard + ahead);
      // Refused for good, as the browser sees it: it is tried again, and whether there is still anything to see.
      if (source.readyState === EventSource.CLOSED) window.setTimeout(again, RETRY_MS);
    });
  };

  const again = async () => {
    try {
      const answer = await fetch(window.location.href, { credentials: "same-origin" });
      if (answer.status === 401 || answer.redirected) {
        window.location.reload();
        return;
      }
    } catch {
      // Not there yet.
    }
    look();
  };

  tiles.forEach((tile) => {
    if (tile.dataset.now) {
      const queue = JSON.parse(tile.dataset.now);
      known.set(queue.queue, queue);
    }
  });
  look();
  window.setInterval(tick, 500);
  tick();
})();
