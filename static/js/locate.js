// "Use my location": asks first, and rounds to two decimals before it sends anything.
// A classic script, which also runs in a sandboxed frame. The button is never disabled:
// some browsers give no answer at all when the question is closed.
{
  const button = document.querySelector("[data-locate]");
  const GIVE_UP_MS = 20000;
  const DENIED = 1;
  const TIMED_OUT = 3;

  const start = () => {
    const form = button.form;
    const status = form.querySelector("[data-locate-status]");
    const words = button.dataset;
    let timer = 0;

    const say = (text) => {
      clearTimeout(timer);
      status.textContent = text;
    };

    const goTo = ({ coords }) => {
      say("");
      // The page was left at once: nothing may be sent any more.
      if (document.body.hidden) return;
      const url = new URL(form.action);
      for (const { name, value } of form.querySelectorAll("input[type=hidden]")) url.searchParams.append(name, value);
      url.searchParams.set("lat", coords.latitude.toFixed(2));
      url.searchParams.set("lon", coords.longitude.toFixed(2));
      location.assign(url);
    };

    const explain = ({ code }) => {
      const isFramed = window.parent !== window;
      if (code === DENIED) say(isFramed ? words.framed : words.denied);
      else say(code === TIMED_OUT ? words.timeout : words.failed);
    };

    button.closest("p").hidden = false;
    button.addEventListener("click", () => {
      say(words.wait);
      timer = setTimeout(explain, GIVE_UP_MS, { code: TIMED_OUT });
      navigator.geolocation.getCurrentPosition(goTo, explain, { timeout: GIVE_UP_MS });
    });
    addEventListener("pageshow", () => say(""));
  };

  if (button && navigator.geolocation) start();
}
