// Saves the round trip while a rule is written: what it does follows each key, and buttons of the form replace it.
// A reply that is not the newest is dropped; where the server does not answer, what the rule does is taken away.
"use strict";
(() => {
  const form = document.getElementById("rule");
  if (!form) return;
  const by = (id) => document.getElementById(id);
  const SOON = 150, PATIENCE = 10000, AGAIN = 2000, KEPT = "lumbar rule: ";
  let turn = 0, going = null, soon = 0, again = 0;
  document.documentElement.classList.add("script");

  const data = (button) => {
    const pairs = new URLSearchParams();
    for (const [key, value] of new FormData(form)) if (typeof value === "string") pairs.append(key, value);
    if (button && button.name) pairs.append(button.name, button.value);
    return pairs;
  };

  const send = async (address, body, signal) => {
    const answer = await fetch(address, { method: "POST", body, signal });
    if (!answer.ok) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  const put = (next) => {
    const now = by(next.id);
    if (!now || now.outerHTML === next.outerHTML) return;
    if (now.contains(document.activeElement)) {
      const inside = document.activeElement, id = inside.id, value = inside.value;
      if (inside.tagName === "TEXTAREA") return;
      now.replaceWith(document.importNode(next, true));
      const there = id ? by(id) : [...by(next.id).querySelectorAll("input, button")].find((one) => one.value === value);
      if (there) there.focus({ preventScroll: true });
    } else now.replaceWith(document.importNode(next, true));
  };

  const mark = () => {
    for (const note of form.querySelectorAll("[id^='e-']")) {
      for (const one of form.querySelectorAll(`[aria-describedby='${note.id}']`)) {
        if (note.textContent) one.setAttribute("aria-invalid", "true"); else one.removeAttribute("aria-invalid");
      }
    }
  };

  const status = (words) => { if (by("status").textContent !== words) by("status").textContent = words; };

  const failed = (retry) => {
    for (const id of ["does", "edges"]) for (const node of [...by(id).children].slice(1)) node.remove();
    status(form.dataset.failed);
    again = setTimeout(retry, AGAIN);
  };

  const ask = async (address, body, done, retry) => {
    const mine = ++turn, gone = new AbortController();
    form.dataset.busy = "true";
    if (going) going.abort();
    going = gone;
    clearTimeout(again); clearTimeout(soon);
    const patience = setTimeout(() => gone.abort("late"), PATIENCE);
    try {
      const page = await send(address, body, gone.signal);
      if (mine !== turn) return;
      status("");
      done(page);
      mark();
      keep();
      form.dataset.busy = "false";
    } catch (error) {
      if (mine === turn) failed(retry);
    } finally { clearTimeout(patience); }
  };

  const look = () => ask("/rules/look", data(), (page) => { for (const next of page.querySelectorAll("[data-put], #fields")) put(next); }, look);

  // A button that changes the form: it comes back whole, and the next thing to fill in gets the focus.
  const press = (button) => ask("/rules/write", data(button), (page) => {
    const next = page.getElementById("rule"), what = button.value.split(" ");
    if (!next) { form.submit(); return; }
    by("fields").replaceWith(document.importNode(next.querySelector("#fields"), true));
    for (const part of next.querySelectorAll(".right > [data-put]")) put(part);
    const mark = form.querySelector(`input[name=in][value='${what[1]}']`);
    const blank = mark && [...mark.parentElement.querySelectorAll("input[name=term], input[name=key]")].find((one) => !one.value);
    const word = what[0] === "word" && [...form.querySelectorAll(".word")].pop();
    const first = blank || (word && [...word.querySelectorAll("input:not([type=hidden])")].find((one) => !one.value));
    if (first) first.focus();
  }, () => press(button));

  // --- an unfinished rule is kept in the browser, without its patient ---
  const key = KEPT + form.dataset.keep;
  const keep = () => {
    if (form.querySelector("input[name='.wanted']")) return;
    try { localStorage.setItem(key, data().toString()); } catch { /* it is full, or not allowed */ }
  };
  const kept = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const forget = () => { try { localStorage.removeItem(key); } catch { /* not allowed */ } };
  const empty = () => ![...form.querySelectorAll("#fields textarea, #fields input[name=term]")].some((one) => one.value);

  const offer = () => {
    const there = kept(), band = by("unfinished");
    if (!there || !band || !empty()) return;
    band.hidden = false;
    band.addEventListener("click", (event) => {
      if (event.target.value === "take") ask("/rules/write", new URLSearchParams(there), (page) => {
        by("fields").replaceWith(document.importNode(page.getElementById("fields"), true));
        for (const part of page.querySelectorAll(".right > [data-put]")) put(part);
      }, look);
      else if (event.target.value === "forget") forget();
      else return;
      band.hidden = true;
    });
  };

  // The last line of a part, or of a group, has something in it: another empty one follows.
  const grow = (place) => {
    const part = place.closest(".part"), line = place.closest(".line"), group = place.closest(".group-of");
    if (!line || !part || !part.querySelector("input[name=in]") || !line.querySelector("input")) return;
    const row = group ? line : line.closest(".entry");
    const after = row && row.nextElementSibling;
    if (!row || ![...line.querySelectorAll("input")].some((one) => one.value)) return;
    if (after && after.matches(group ? ".line" : ".entry")) return;
    const next = row.cloneNode(true), end = /-(\d+)$/;
    for (const one of [next, ...next.querySelectorAll("*")]) {
      for (const name of ["id", "list", "aria-describedby"]) {
        const had = one.getAttribute(name);
        if (had && (!group || name !== "aria-describedby")) one.setAttribute(name, had.replace(end, (_, n) => `-${Number(n) + 1}`));
      }
    }
    for (const one of next.querySelectorAll("input")) { one.value = ""; one.setAttribute("value", ""); one.removeAttribute("aria-invalid"); }
    for (const one of next.querySelectorAll("select")) one.selectedIndex = 0;
    for (const one of next.querySelectorAll("button")) one.remove();
    for (const one of next.querySelectorAll("datalist, [id^='e-'], [id^='g-']")) one.replaceChildren();
    row.after(next);
  };

  const typed = (place) => {
    if (place.id === "card-text") form.querySelector("input[name='.by']").value = "text";
    else if (place.closest("#fields")) form.querySelector("input[name='.by']").value = "form";
    form.dataset.busy = "true";
    clearTimeout(soon);
    soon = setTimeout(look, SOON);
  };
  form.addEventListener("input", (event) => { grow(event.target); typed(event.target); });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || button.name !== "do") return;
    event.preventDefault();
    press(button);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT" || event.target.type === "checkbox") return;
    event.preventDefault();  // Enter goes on to the next line, and never tries an unfinished rule
    const part = event.target.closest(".part, .goal"), fields = [...part.querySelectorAll("input:not([type=hidden])")];
    const next = fields[fields.indexOf(event.target) + 1];
    if (next) next.focus(); else look();
  });
  offer();
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  // What was typed before this script was there has not been looked at.
  const early = [...form.querySelectorAll("input:not([type=hidden]), textarea")].find((one) => one.value !== one.defaultValue);
  if (early) typed(early);
})();
