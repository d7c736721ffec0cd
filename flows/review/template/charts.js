// The corpus at a glance, and what drifted.

const TONES = ["--bar", "--furniture", "--notice", "--repeat", "--data", "--judge"];
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const charts = data.charts;
const LEAST_ROW = 22;

/** A chart in a card: heading, what it says in words, drawing, and its figures as a table for those who want to read. */
function card(size, title, note, drawing, columns = [], rows = [], controls = null) {
  return h("figure", { class: `card ${size}` }, controls && h("div", { class: "controls" }, controls), h("h2", {}, title),
    h("figcaption", { class: "note" }, note), h("div", { class: "drawing" }, drawing),
    columns.length > 0 && h("details", {}, h("summary", {}, "Figures"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Figures: ${title}` }, figures(columns, rows))));
}

function figures(columns, rows) {
  const cell = (name, value) => h(name, { class: typeof value === "number" || /^[\d.,]+( %)?$/.test(value) ? "number" : /^\d{4}-\d\d-\d\d \d/.test(value) ? "when" : null }, typeof value === "number" ? number(value) : h("bdi", {}, value));
  return h("table", {}, h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((value) => cell("td", value))))));
}


function draws(label, options) {
  const drawing = Plot.plot({ className: "plot", ariaLabel: label, ...options });
  drawing.querySelector("style")?.remove(); // charts.css says the same, and the policy allows no other style
  return drawing;
}
const short = (text, most = 26) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function drawCorpus() {
  const runs = charts.runs, sum = (name) => runs.reduce((total, run) => total + run[name], 0);
  const [articles, duplicates, rejects] = ["articles", "duplicates", "rejects"].map(sum);
  const tile = (words, value) => h("div", {}, h("dt", {}, words), h("dd", {}, value));
  $("corpus-view").replaceChildren(
    h("h1", {}, "The corpus"),
    h("p", { class: "lede" }, `${many(articles + duplicates + rejects, "document")} came in with ${many(runs.length, "run")}: ${many(articles, "article")}, ${many(duplicates, "duplicate")} and ${many(rejects, "reject")}. Every one of them is in the tables.`),
    h("dl", { class: "tiles" }, tile("articles", number(articles)), tile("duplicates", number(duplicates)), tile("rejects", number(rejects)),
      tile("of the text kept", percent(charts.rules.kept)), tile("publishers", number(charts.publishers))),
    h("div", { class: "cards" }, daysCard(), rulesCard(), h("div", { class: "stack" }, rejectsCard(), groupsCard(), runsCard()), fieldsCard(), overRunsCard()));
}

function daysCard() {
  const { rows, unit, undated } = charts.days;
  const totals = new Map();
  for (const row of rows) totals.set(row.publisher, (totals.get(row.publisher) ?? 0) + row.number);
  const last = (name) => charts.last.indexOf(name) + 1;
  const publishers = [...totals].sort((a, b) => last(a[0]) - last(b[0]) || b[1] - a[1]).map(([name]) => name);
  const dated = rows.map((row) => ({ ...row, day: new Date(row.day) }));
  const width = 1180, note = `Articles and duplicates by ${unit} of publication, and by publisher${undated ? `; ${many(undated, "document")} without a date` : ""}.`;
  if (!rows.length) return card("", `Documents per ${unit}`, note, h("p", { class: "empty" }, "No document has a date."));
  const x = { type: "utc", label: null, domain: span(dated, unit) };
  const bars = draws(`Documents per ${unit}`, { width, height: 128, marginLeft: 190, marginRight: 16, marginTop: 8, marginBottom: 8, x: { ...x, axis: null }, y: { label: null, ticks: 3, tickFormat: "d" },
    marks: [Plot.gridY({ ticks: 3, strokeOpacity: 0.12 }), Plot.rectY(byDay(dated), { x: "day", interval: unit, y: "number", fill: color("--bar"), inset: 0.5, title: (row) => `${row.day.toISOString().slice(0, 10)}: ${row.number}` }), Plot.ruleY([0])] });
  const cells = draws(`Documents per ${unit} and publisher`, { width, height: 34 + publishers.length * LEAST_ROW, marginLeft: 190, marginRight: 16, marginTop: 4, x, y: { domain: publishers, label: null, tickSize: 0, tickFormat: (name) => short(name, 28) },
    color: { type: "sqrt", domain: [0, Math.max(...rows.map((row) => row.number))], range: [color("--bar-soft"), color("--bar")] },
    marks: [Plot.gridY({ strokeOpacity: 0.12 }), Plot.barX(dated, { y: "publisher", x: "day", interval: unit, fill: "number", insetTop: 3, insetBottom: 3, insetLeft: 0.5, insetRight: 0.5, title: (row) => `${row.publisher}, ${row.day.toISOString().slice(0, 10)}: ${row.number}` })] });
  return card("", `Documents per ${unit}`, note, [bars, cells], [unit, "publisher", "documents"], rows.map((row) => [row.day, row.publisher, row.number]));
}

const STEP = { day: 864e5, week: 6048e5, month: 31 * 864e5, year: 366 * 864e5 };
function span(rows, unit) {
  const days = rows.map((row) => row.day.getTime());
  return [new Date(Math.min(...days)), new Date(Math.max(...days) + STEP[unit])];
}

function byDay(rows) {
  const sums = new Map();
  for (const row of rows) sums.set(row.day.getTime(), (sums.get(row.day.getTime()) ?? 0) + row.number);
  return [...sums].map(([day, number]) => ({ day: new Date(day), number }));
}

function barCard(size, title, note, rows, { label, value, tone, format, columns, click }) {
  if (!rows.length) return card(size, title, note, h("p", { class: "empty" }, "None."));
  const shown = rows.slice(0, 22);
  const drawing = draws(title, { width: 560, height: 14 + shown.length * LEAST_ROW, marginLeft: 160, marginRight: 56, marginTop: 4, marginBottom: 8,
    x: { axis: null }, y: { domain: shown.map((row) => row[label]), label: null, tickSize: 0, tickFormat: (name) => short(String(name), 24) },
    marks: [Plot.barX(shown, { x: value, y: label, fill: tone, insetTop: 3, insetBottom: 3, title: (row) => `${row[label]}: ${format(row)}` }), Plot.text(shown, { x: value, y: label, text: format, textAnchor: "start", dx: 6 }), Plot.ruleX([0])] });
  if (click) {
    for (const [at, bar] of [...drawing.querySelectorAll('[aria-label="bar"] rect')].entries()) {
      bar.style.cursor = "pointer";
      bar.addEventListener("click", () => click(shown[at]));
    }
  }
  return card(size, title, note, drawing, columns, rows.map((row) => [String(row[label]), format(row)]));
}

function rulesCard() {
  const families = Object.keys(data.families).filter((family) => charts.rules.rules.some((rule) => rule.family === family));
  const key = h("span", { class: "key" }, families.map((family) => h("span", { class: family }, h("i"), data.families[family])));
  const rest = charts.rules.rules.length - 22;
  return barCard("half", "Share cut by rule", [`Of all characters of kept and cut text${rest > 0 ? `; the 22 largest of ${charts.rules.rules.length}` : ""}. `, key], charts.rules.rules,
    { label: "rule", value: "share", tone: (row) => color(`--${row.family}`), format: (row) => percent(row.share, row.share < 0.00995 ? 2 : 1), columns: ["rule", "share"], click: (row) => { state.rule = row.rule; go("desk"); } });
}

function rejectsCard() {
  const tall = charts.reasons;
  return barCard("half", "Rejects by reason", "Raw documents that gave no article.", tall,
    { label: "reason", value: "number", tone: color("--furniture"), format: (row) => number(row.number), columns: ["reason", "rejects"], click: (row) => { state.relation = `rejected: ${row.reason}`; go("desk"); } });
}

function groupsCard() {
  const rows = [...charts.groups].sort((a, b) => a.size - b.size).map((row) => ({ ...row, name: `${row.size} documents` }));
  const relations = charts.relations.map((row) => `${number(row.number)} ${row.relation}`).join(", ");
  return barCard("half", "Duplicate groups by size", `An article and everything that repeats it${relations ? `: ${relations}` : ""}.`, rows,
    { label: "name", value: "number", tone: color("--repeat"), format: (row) => many(row.number, "group"), columns: ["size", "groups"] });
}

function fieldsCard() {
  const publishers = [...new Set(charts.fields.map((row) => row.publisher))];
  const drawing = draws("Fill rate of each field by publisher", { width: 1180, height: 46 + publishers.length * 25, marginLeft: 190, marginTop: 42, marginBottom: 4,
    x: { domain: data.fields, axis: "top", label: null, tickSize: 0, tickFormat: (name) => name.replace("_at", "") }, y: { domain: publishers, label: null, tickSize: 0, tickFormat: (name) => short(name, 28) },
    color: { domain: [0, 1], range: [color("--none"), color("--bar")] },
    marks: [Plot.cell(charts.fields, { x: "field", y: "publisher", fill: "share", inset: 1, rx: 2, title: (row) => `${row.publisher}, ${row.field}: ${percent(row.share)} of ${row.of}` }),
      Plot.text(charts.fields, { x: "field", y: "publisher", text: (row) => (row.share ? Math.round(100 * row.share) : "·"), fill: (row) => color(row.share > 0.55 ? "--sheet" : "--ink"), fontVariant: "tabular-nums" })] });
  for (const text of drawing.querySelectorAll('[aria-label="text"] text')) text.style.fill = text.getAttribute("fill");
  return card("", "Fields filled, by publisher", "Per cent of a publisher's documents in which the field is known. Null beats a guess: a low figure may be right.", drawing,
    ["publisher", "field", "filled", "documents"], charts.fields.map((row) => [row.publisher, row.field, percent(row.share), row.of]));
}

let overPublisher = null;
function overRunsCard() {
  const publishers = [...new Set(charts.overRuns.map((row) => row.publisher))];
  overPublisher ??= charts.drift[0]?.publisher ?? publishers.map((name) => [charts.overRuns.filter((row) => row.publisher === name).length, name]).sort((a, b) => b[0] - a[0])[0]?.[1];
  const rows = charts.overRuns.filter((row) => row.publisher === overPublisher);
  const points = rows.flatMap((row) => data.fields.map((field, n) => ({ field, run: row.number, share: row.shares[n], of: row.of, at: row.at })));
  const perRow = 5;
  const grid = (field) => [data.fields.indexOf(field) % perRow, Math.floor(data.fields.indexOf(field) / perRow)];
  const runs = [...new Set(points.map((point) => point.run))].sort((a, b) => a - b);
  const drawing = draws(`Fill rates of ${overPublisher}, run by run`, { width: 1180, height: 330, marginLeft: 40, marginRight: 14, marginTop: 30, marginBottom: 14, axis: null,
    x: { domain: [Math.min(...runs) - 0.5, Math.max(...runs) + 0.5], inset: 4 }, y: { domain: [0, 1], ticks: 2 }, fx: { padding: 0.12 }, fy: { padding: 0.42 },
    marks: [
      Plot.ruleY(data.fields.flatMap((field) => [0, 1].map((y) => ({ field, y }))), { y: "y", fx: (d) => grid(d.field)[0], fy: (d) => grid(d.field)[1], strokeOpacity: 0.18 }),
      Plot.lineY(points, { x: "run", y: "share", curve: "step", fx: (d) => grid(d.field)[0], fy: (d) => grid(d.field)[1], stroke: color("--bar"), strokeWidth: 2 }),
      Plot.dot(points, { x: "run", y: "share", fx: (d) => grid(d.field)[0], fy: (d) => grid(d.field)[1], fill: color("--bar"), r: 3, title: (d) => `${d.field}, ${d.at.slice(0, 16)}: ${percent(d.share)} of ${d.of}` }),
      Plot.text(data.fields, { text: (field) => `${field}  ${percent(rows.at(-1)?.shares[data.fields.indexOf(field)] ?? 0)}`, fx: (field) => grid(field)[0], fy: (field) => grid(field)[1], frameAnchor: "top-left", dy: -16, fontSize: 12 }),
    ] });
  const select = h("select", { "aria-label": "Publisher of the fill rates over runs", change: (event) => { overPublisher = event.target.value; drawCorpus(); $("over-runs").focus(); }, id: "over-runs" },
    publishers.map((name) => h("option", { value: name, selected: name === overPublisher }, short(name, 40))));
  return card("", "Fields filled, run by run", "One publisher at a time. A site's redesign shows as a cliff; the figure is that of its last run.", drawing,
    ["run", "field", "filled", "documents"], points.map((point) => [point.at.slice(0, 16), point.field, percent(point.share), point.of]), select);
}

function runsCard() {
  const rows = [...charts.runs].reverse().map((run) => [run.at.slice(0, 16).replace("T", " "), run.run, run.files ?? "", run.articles, run.duplicates, run.rejects, run.seconds === undefined ? "" : run.seconds.toFixed(1)]);
  return h("section", { class: "card half", "aria-label": "Runs" }, h("h2", {}, "Runs"), h("p", { class: "note" }, "The newest first; what each added."),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Runs" }, figures(["as of (UTC)", "run", "files", "articles", "duplicates", "rejects", "seconds"], rows)));
}

function drawDrift() {
  const rows = charts.drift;
  const measure = (name) => { const [what, which] = name.split("."); return [h("code", {}, which), what === "field" ? " filled" : " in the cuts"]; };
  const p = (value) => (value < 1e-4 ? "< 0.0001" : value.toFixed(4));
  const line = (row) => h("tr", {}, h("td", {}, h("a", { href: address({ view: "desk", publisher: row.publisher }) }, h("bdi", {}, row.publisher))), h("td", {}, measure(row.measure)), h("td", { class: "number" }, `${percent(row.before)} of ${row.documents_before}`),
    h("td", {}, slope(row)), h("td", { class: "number" }, `${percent(row.after)} of ${row.documents_after}`), h("td", { class: "number" }, p(row.p_value)));
  $("drift-view").replaceChildren(h("h1", {}, "Drift"),
    h("p", { class: "lede" }, "What moved between a publisher's last runs by more than chance: a field that is found less often, a kind of cut that appears. Fisher's exact test on the two shares, corrected for the number of comparisons (Benjamini and Yekutieli, 1 in 100 may be chance), and at least five points."),
    rows.length ? h("div", { class: "card" }, h("table", { class: "moved" }, h("thead", {}, h("tr", {}, ["Publisher", "Share of documents", "Before", "", "Now", "p"].map((name) => h("th", { scope: "col", class: ["Before", "Now", "p"].includes(name) ? "number" : null }, name)))), h("tbody", {}, rows.map(line))))
      : h("div", { class: "card" }, h("p", { class: "empty" }, charts.runs.length < 2 ? "The corpus has one run; there is nothing to compare it with yet." : "Nothing moved by more than chance.")));
}

/** Before and now as a line between two dots on a scale from 0 to 100 per cent. */
function slope(row) {
  const make = (name, attributes) => { const element = document.createElementNS("http://www.w3.org/2000/svg", name); for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value); return element; };
  const tone = row.after < row.before ? "down" : "up";
  const svg = make("svg", { width: 140, height: 18, viewBox: "0 0 140 18", class: tone, role: "img", "aria-label": `from ${percent(row.before)} ${tone} to ${percent(row.after)}` });
  const at = (share) => 8 + 124 * share;
  svg.append(make("line", { x1: 8, x2: 132, y1: 9, y2: 9, stroke: "currentColor", "stroke-opacity": 0.2 }), make("line", { x1: at(row.before), x2: at(row.after), y1: 9, y2: 9, stroke: "currentColor", "stroke-width": 3 }),
    make("circle", { cx: at(row.before), cy: 9, r: 3.5, fill: "none", stroke: "currentColor", "stroke-width": 1.5 }), make("circle", { cx: at(row.after), cy: 9, r: 5, fill: "currentColor" }));
  return svg;
}
