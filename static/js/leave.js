// Leave at once: blank the page, forget its place in history, open a neutral site.
const link = document.querySelector("[data-leave]");
const WINDOW_MS = 5000;
let presses = 0;
let timer = 0;

function leave(event) {
  event?.preventDefault();
  document.title = "";
  document.body.hidden = true;
  location.replace(link.href);
}

link.addEventListener("click", leave);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Shift" || event.repeat) {
    presses = 0;
    return;
  }
  presses += 1;
  clearTimeout(timer);
  timer = setTimeout(() => { presses = 0; }, WINDOW_MS);
  if (presses === 3) leave();
});

// A page brought back by the Back button must not stay blank.
addEventListener("pageshow", () => { document.body.hidden = false; });
