// The phone's own share sheet, else a copy of the address.
const button = document.querySelector("[data-share]");

async function share() {
  const url = button.dataset.share;
  try {
    if (navigator.share) await navigator.share({ title: document.title, url });
    else {
      await navigator.clipboard.writeText(url);
      button.closest("section").querySelector("[role=status]").textContent = button.dataset.copied;
    }
  } catch {
    // Closed without sharing: nothing to say.
  }
}

if (button && (navigator.share || navigator.clipboard)) {
  button.hidden = false;
  button.addEventListener("click", share);
}
