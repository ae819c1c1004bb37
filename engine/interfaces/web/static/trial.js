// Shows the steps of a trial as they end; the end of it is the page again, with what can be done then.
"use strict";
(() => {
  const place = document.querySelector("[data-trial]");
  if (!place) return;
  const steps = document.getElementById("steps");
  const events = new EventSource(place.dataset.trial);
  let seen = steps.children.length;
  const show = (event) => {
    if (Number(event.lastEventId) <= seen) return;
    seen = Number(event.lastEventId);
    const made = new DOMParser().parseFromString(event.data, "text/html").body;
    for (const node of [...made.children]) steps.append(document.importNode(node, true));
  };
  events.addEventListener("step", show);
  events.addEventListener("done", () => { events.close(); location.reload(); });
})();
