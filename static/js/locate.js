// "Use my location": asks first, and rounds to two decimals before anything is sent.
const button = document.querySelector("[data-locate]");

function go({ coords }) {
  const url = new URL(button.form.action);
  url.searchParams.set("lat", coords.latitude.toFixed(2));
  url.searchParams.set("lon", coords.longitude.toFixed(2));
  location.assign(url);
}

if (button && navigator.geolocation) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(go, () => { button.disabled = false; });
  });
}
