// Makes a frame of /embed/ as tall as what it shows. The same file on both sides: in the
// frame it tells the height and nothing else, on the partner's page it listens.
if (window.parent !== window) {
  // In a sandbox, links may rarely replace the partner's page; mostly they may open a tab.
  if (window.origin === "null") document.querySelector("base").target = "_blank";
  const tell = () => parent.postMessage({ embedHeight: document.body.scrollHeight }, "*");
  new ResizeObserver(tell).observe(document.body);
} else {
  addEventListener("message", ({ data, source, origin }) => {
    const height = Number(data?.embedHeight);
    for (const frame of document.querySelectorAll("iframe")) {
      const ours = frame.contentWindow === source && new URL(frame.src).origin === origin;
      if (ours && height > 0 && height < 20000) frame.style.height = `${height + 8}px`;
    }
  });
}

// Words of distress stay in no history; only a page of ours has a panel for them.
if (document.querySelector("[data-distress]")?.dataset.distress === location.pathname) {
  history.replaceState(null, "", location.pathname);
}
