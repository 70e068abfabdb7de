// The desk's change form: hours in words, and listings like the one being typed.
const later = (act) => {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, 400);
  };
};

const show = async (box, address) => {
  const answer = await fetch(address);
  if (answer.ok) box.innerHTML = await answer.text();
};

const base = location.pathname.replace(/(add|\d+\/change)\/$/, "");

for (const week of document.querySelectorAll("[data-week]")) {
  const words = week.querySelector("[data-week-words]");
  const zone = document.querySelector("[name=timezone]");
  const say = () => {
    const boxes = [...week.querySelectorAll("input")].filter((box) => box.type !== "checkbox" || box.checked);
    const facts = boxes.map((box) => [box.name, box.value]);
    show(words, `${base}hours/?${new URLSearchParams([...facts, ["zone", zone ? zone.value : ""]])}`);
  };
  week.addEventListener("input", later(say));
  say();
}

const similar = document.querySelector("[data-similar]");
if (similar) {
  const names = ["name", "phone", "website", "city", "state"];
  const boxes = names.map((name) => document.querySelector(`[name=${name}]`)).filter(Boolean);
  const look = later(() => {
    const facts = boxes.map((box) => [box.name, box.value]);
    show(similar, `${base}similar/?${new URLSearchParams(facts)}`);
  });
  for (const box of boxes) box.addEventListener("input", look);
}

// Django's boxes with a search in them carry no name of their own: the label's.
const nameBoxes = () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const [label] = select.labels;
    const made = select.nextElementSibling;
    const boxes = made?.querySelectorAll("[role=combobox], [role=textbox], [type=search]");
    for (const box of boxes ?? []) {
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", label?.textContent.replace(":", "") ?? select.name);
    }
  }
};

// They are made a moment after the page is there.
addEventListener("load", () => setTimeout(nameBoxes, 100));
