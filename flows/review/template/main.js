// Views, keys, theme: what holds the page together.

function draw() {
  $("desk").hidden = state.view !== "desk";
  $("corpus-view").hidden = state.view !== "corpus";
  $("drift-view").hidden = state.view !== "drift";
  for (const tab of document.querySelectorAll("[data-view]")) {
    if (tab.dataset.view === state.view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  $("skip").href = `#${state.view === "desk" ? "main" : `${state.view}-view`}`;
  $("tip").hidden = true;
  if (state.view === "desk") filter();
  if (state.view === "corpus") drawCorpus();
  if (state.view === "drift") drawDrift();
}

function go(view) {
  state.view = view;
  remember();
  draw();
}

// ---- theme: the system's, unless somebody chose; a page from disk may have no storage

const dark = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;
try {
  chosen = localStorage.getItem("copydesk-theme");
} catch {
  /* then it is not remembered */
}
const theme = () => (["light", "dark"].includes(chosen) ? chosen : dark.matches ? "dark" : "light");

function paint(as = theme()) {
  document.documentElement.dataset.theme = as;
  $("theme").textContent = theme() === "dark" ? "Light" : "Dark";
  if (state.view === "corpus") drawCorpus();
}

function switchTheme() {
  chosen = theme() === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("copydesk-theme", chosen);
  } catch {
    /* see above */
  }
  paint();
}

// ---- keys

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  n: () => stepCut(1),
  p: () => stepCut(-1),
  x: unfold,
  c: () => $("compare") && toggleCompare(),
  "/": () => $("search").focus(),
  t: switchTheme,
  "?": () => $("help").showModal(),
};
const EVERYWHERE = { 1: () => go("desk"), 2: () => go("corpus"), 3: () => go("drift"), t: switchTheme, "?": KEYS["?"] };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const inList = event.target.closest("#list") && { ArrowDown: () => step(1), ArrowUp: () => step(-1) }[event.key];
  const action = EVERYWHERE[event.key] ?? (state.view === "desk" ? inList || KEYS[event.key] : undefined);
  if (!action) return;
  event.preventDefault();
  action();
});

// ---- start

$("corpus").textContent = data.corpus;
$("drift-count").textContent = data.charts.drift.length || "";
$("theme").addEventListener("click", switchTheme);
$("help-open").addEventListener("click", () => $("help").showModal());
$("help-close").addEventListener("click", () => $("help").close());
$("clear").addEventListener("click", () => {
  for (const name of FILTERS) state[name] = "";
  filter();
});
$("filters").addEventListener("submit", (event) => event.preventDefault());
for (const name of ["publisher", "rule", "relation"])
  $(name).addEventListener("change", (event) => {
    state[name] = event.target.value;
    filter();
  });
$("search").addEventListener("input", (event) => {
  state.q = event.target.value;
  readTexts();
  filter();
});
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  $(state.view === "desk" ? "main" : `${state.view}-view`).focus();
});
dark.addEventListener("change", () => paint());
addEventListener("beforeprint", () => paint("light"));
addEventListener("afterprint", () => paint());
addEventListener("hashchange", () => {
  recall();
  draw();
});
fillFilters();
recall();
document.documentElement.dataset.theme = theme();
draw();
paint();
