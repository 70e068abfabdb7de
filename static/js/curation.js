// The change form of a listing: show typed hours as visitors see them, and similar listings.
const DEBOUNCE_MS = 400;

const debounce = (callback) => {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(callback, DEBOUNCE_MS);
  };
};

const loadInto = async (element, address) => {
  const response = await fetch(address);
  if (response.ok) element.innerHTML = await response.text();
};

const listAddress = location.pathname.replace(/(add|\d+\/(change|call))\/$/, "");

// Without the button, the line says the same: “9-5 weekdays”.
const addCopyButton = (week) => {
  const [monday, ...others] = ["Mo", "Tu", "We", "Th", "Fr"].map((day) => week.querySelector(`[name$=_${day}]`));
  if (!monday) return;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy Monday to Friday" });
  button.addEventListener("click", () => {
    for (const box of others) box.value = monday.value;
    week.dispatchEvent(new Event("input"));
  });
  monday.after(" ", button);
};

for (const week of document.querySelectorAll("[data-weekly-hours]")) {
  const preview = week.querySelector("[data-hours-preview]");
  const zone = document.querySelector("[name=timezone]");
  const updatePreview = () => {
    const boxes = [...week.querySelectorAll("input")].filter((box) => box.type !== "checkbox" || box.checked);
    const facts = boxes.map((box) => [box.name, box.value]);
    loadInto(preview, `${listAddress}hours/?${new URLSearchParams([...facts, ["zone", zone ? zone.value : ""]])}`);
  };
  week.addEventListener("input", debounce(updatePreview));
  updatePreview();
  addCopyButton(week);
}

for (const schedule of document.querySelectorAll("[data-schedule]")) {
  const preview = schedule.querySelector("[data-schedule-preview]");
  const group = schedule.closest("fieldset.module, form");
  group.addEventListener("input", debounce(() => {
    const boxes = [...group.querySelectorAll("input, select, textarea")].filter((box) => box.type !== "checkbox" || box.checked);
    const facts = boxes.filter((box) => box.name).map((box) => [box.name, box.value]);
    const [, row] = location.pathname.match(/(\d+)\/change\/$/) ?? [];
    if (row) facts.push(["pk", row]);
    loadInto(preview, `${listAddress}schedule/?${new URLSearchParams(facts)}`);
  }));
}

const similar = document.querySelector("[data-similar]");
if (similar) {
  const names = ["name", "phone", "website", "city", "state"];
  const boxes = names.map((name) => document.querySelector(`[name=${name}]`)).filter(Boolean);
  const updateSimilar = debounce(() => {
    const facts = boxes.map((box) => [box.name, box.value]);
    loadInto(similar, `${listAddress}similar/?${new URLSearchParams(facts)}`);
  });
  for (const box of boxes) box.addEventListener("input", updateSimilar);
}

// Django's autocomplete fields have no accessible name, so they get that of their label.
const nameAutocompletes = () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const [label] = select.labels;
    const widget = select.nextElementSibling;
    const boxes = widget?.querySelectorAll("[role=combobox], [role=textbox], [type=search]");
    for (const box of boxes ?? []) {
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", label?.textContent.replace(":", "") ?? select.name);
    }
  }
};

// The widgets are created shortly after the page has loaded.
addEventListener("load", () => setTimeout(nameAutocompletes, 100));
