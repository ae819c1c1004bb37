// Files can be dropped, and how far it is appears by itself; without this the page is loaded again every two seconds.
"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const place = document.querySelector("[data-events]");
  if (place) {
    const events = new EventSource(place.dataset.events);
    const bar = place.querySelector("progress");
    events.addEventListener("step", (event) => {
      const told = JSON.parse(event.data);
      if (by("status").textContent !== told.says) by("status").textContent = told.says;
      if (told.share === null) bar.removeAttribute("value");
      else bar.value = told.share;
    });
    events.addEventListener("done", () => { events.close(); location.reload(); });
  }

  const form = by("upload");
  if (!form) return;
  const drop = by("drop"), files = by("files"), bar = form.querySelector("progress"), sent = by("sent");
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) files.files = event.dataTransfer.files;
  });

  const size = (count) => count < 1e6 ? Math.ceil(count / 1e3) + " kB" : (count / 1e6).toFixed(1) + " MB";
  const all = () => [...form.querySelectorAll("input[type=file]")].flatMap((one) => [...one.files]);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const whole = all().reduce((sum, one) => sum + one.size, 0);
    if (whole > Number(form.dataset.most)) { sent.textContent = form.dataset.large; return; }
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (step) => {
      bar.hidden = false;
      bar.value = step.total ? step.loaded / step.total : 0;
      sent.textContent = form.dataset.sending.replace("{done}", size(step.loaded)).replace("{all}", size(step.total));
    });
    request.addEventListener("load", () => {
      if (request.status === 200) { location.assign(request.responseURL); return; }
      document.open(); document.write(request.responseText); document.close();
    });
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action);
    request.send(new FormData(form));
    form.querySelector("button").disabled = true;
  });
})();
