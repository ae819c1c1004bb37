// Saves the round trip: after each answer the strip and the panel are replaced, and nothing else of the page.
// A reply that is not the newest is dropped; where the server does not answer, the recommendation is taken away.
"use strict";
(() => {
  const form = document.getElementById("case");
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
  if (!form) return;
  const by = (id) => document.getElementById(id);
  const PATIENCE = 10000, SLOW = 250, AGAIN = 2000, LATER = 400;
  let turn = 0, going = null, slow = 0, again = 0, later = 0, alarms = new Set();
  document.documentElement.classList.add("script");

  const data = (button) => {
    const pairs = new URLSearchParams();
    for (const [key, value] of new FormData(form)) if (typeof value === "string") pairs.append(key, value);
    if (button && button.name) pairs.append(button.name, button.value);
    return pairs;
  };

  const send = async (part, body, signal) => {
    const answer = await fetch("/decide", { method: "POST", body, signal, headers: { "X-Part": part, "X-Turn": String(turn) } });
    if (!answer.ok) throw new Error(String(answer.status));
    if (answer.headers.get("Lumbar-Rulebook") !== form.dataset.rulebook) { form.submit(); return null; }
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  const put = (id, page) => {
    const now = by(id), next = page.getElementById(id);
    if (now && next && now.outerHTML !== next.outerHTML) now.replaceWith(document.importNode(next, true));
  };

  const mark = (told) => {
    for (const [slug, state] of Object.entries(told.states)) {
      const row = by("q-" + slug);
      if (row && row.dataset.s !== state) row.dataset.s = state;
    }
    for (const [key, words] of Object.entries(told.counts)) {
      const place = by(key);
      if (place && place.textContent !== words) place.textContent = words;
    }
    const fresh = told.alarm.filter((words) => !alarms.has(words));
    alarms = new Set(told.alarm);
    if (fresh.length) by("alert").textContent = fresh.join(" ");
  };

  const status = (words) => { if (by("status").textContent !== words) by("status").textContent = words; };

  const failed = () => {
    const panel = by("panel");
    for (const node of [...panel.children]) if (node.type !== "hidden") node.remove();
    panel.removeAttribute("aria-busy");
    status(form.dataset.failed);
    again = setTimeout(() => decide(), AGAIN);
  };

  const ready = () => {
    for (const button of form.querySelectorAll("[data-copy]")) button.hidden = false;
  };

  const decide = async (button) => {
    const mine = ++turn, gone = new AbortController();
    form.dataset.busy = "true";
    if (going) going.abort();
    going = gone;
    clearTimeout(again); clearTimeout(slow); clearTimeout(later);
    const patience = setTimeout(() => gone.abort("late"), PATIENCE);
    slow = setTimeout(() => { by("panel").setAttribute("aria-busy", "true"); status(form.dataset.pending); }, SLOW);
    try {
      const page = await send("1", data(button), gone.signal);
      if (mine !== turn || !page) return;
      clearTimeout(slow);
      put("strip", page);
      put("panel", page);
      mark(JSON.parse(page.getElementById("told").textContent));
      by("panel").removeAttribute("aria-busy");
      status("");
      ready();
      if (button) focus();
      later = setTimeout(() => next(mine), LATER);
    } catch (error) {
      if (mine === turn) { clearTimeout(slow); failed(); }
    } finally { clearTimeout(patience); }
  };

  const next = async (mine) => {
    try {
      const page = await send("next", data());
      if (mine === turn && page) put("next", page);
    } catch { /* the next answer asks again */ }
    if (mine === turn) form.dataset.busy = "false";
  };

  const focus = () => { const heading = by("heading"); if (heading) { heading.focus({ preventScroll: true }); heading.scrollIntoView({ block: "nearest" }); } };

  form.addEventListener("change", (event) => { if (event.target.name && !event.target.name.startsWith(".")) decide(); });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && (button.dataset.whole !== undefined || button.value === "try")) return;
    event.preventDefault();
    decide(button);
  });
  form.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard.writeText(document.querySelector(copy.dataset.copy).textContent);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#q-']");
    const row = link && by(link.hash.slice(1));
    if (!row) return;
    event.preventDefault();
    show(row);
  });

  const show = (row) => {
    for (const old of document.querySelectorAll(".flash")) old.classList.remove("flash");
    row.classList.add("flash");
    row.scrollIntoView({ block: "center" });
    const answer = row.querySelector("input:checked, input");
    if (answer) answer.focus({ preventScroll: true });
  };

  const find = by("find");
  by("search").hidden = false;
  find.addEventListener("change", () => {
    const words = find.value.trim().toLowerCase();
    const rows = [...document.querySelectorAll(".question")];
    const row = words && (rows.find((one) => one.querySelector("input").name.toLowerCase() === words)
      || rows.find((one) => one.textContent.toLowerCase().includes(words)));
    if (row) show(row);
  });

  // A page that comes back from the browser's memory may have answers that its recommendation does not know.
  addEventListener("pageshow", (event) => { if (event.persisted) decide(); });
  ready();
  // What was answered before this script was there has not been decided.
  const early = (one) => one.type === "radio" ? one.checked !== one.defaultChecked : one.value !== one.defaultValue;
  if ([...form.querySelectorAll("input[name]:not([type=hidden])")].some(early)) decide();
})();
