// What charts are made of: cards, tables of figures, bars.

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const charts = data.charts;
const LEAST_ROW = 22;

/** A chart in a card: heading, what it says in words, drawing, and its figures as a table for those who want to read. */
function card(size, title, note, drawing, columns = [], rows = [], controls = null) {
  return h(
    "figure",
    { class: `card ${size}` },
    controls && h("div", { class: "controls" }, controls),
    h("h2", {}, title),
    h("figcaption", { class: "note" }, note),
    h("div", { class: "drawing" }, drawing),
    columns.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, "Figures"),
        h(
          "div",
          { class: "scroll", tabindex: "0", role: "region", "aria-label": `Figures: ${title}` },
          figures(columns, rows),
        ),
      ),
  );
}

function figures(columns, rows) {
  const cell = (name, value) =>
    h(
      name,
      {
        class:
          typeof value === "number" || /^[\d.,]+( %)?$/.test(value)
            ? "number"
            : /^\d{4}-\d\d-\d\d \d/.test(value)
              ? "when"
              : null,
      },
      typeof value === "number" ? number(value) : h("bdi", {}, value),
    );
  return h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        columns.map((name) => h("th", { scope: "col" }, name)),
      ),
    ),
    h(
      "tbody",
      {},
      rows.map((row) =>
        h(
          "tr",
          {},
          row.map((value) => cell("td", value)),
        ),
      ),
    ),
  );
}

function draws(label, options) {
  const drawing = Plot.plot({ className: "plot", ariaLabel: label, ...options });
  drawing.querySelector("style")?.remove(); // charts.css says the same, and the policy allows no other style
  return drawing;
}
const short = (text, most = 26) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function barCard(size, title, note, rows, { label, value, tone, format, columns, click }) {
  if (!rows.length) return card(size, title, note, h("p", { class: "empty" }, "None."));
  const shown = rows.slice(0, 22);
  const drawing = draws(title, {
    width: 560,
    height: 14 + shown.length * LEAST_ROW,
    marginLeft: 160,
    marginRight: 56,
    marginTop: 4,
    marginBottom: 8,
    x: { axis: null },
    y: {
      domain: shown.map((row) => row[label]),
      label: null,
      tickSize: 0,
      tickFormat: (name) => short(String(name), 24),
    },
    marks: [
      Plot.barX(shown, {
        x: value,
        y: label,
        fill: tone,
        insetTop: 3,
        insetBottom: 3,
        title: (row) => `${row[label]}: ${format(row)}`,
      }),
      Plot.text(shown, { x: value, y: label, text: format, textAnchor: "start", dx: 6 }),
      Plot.ruleX([0]),
    ],
  });
  if (click) {
    for (const [at, bar] of [...drawing.querySelectorAll('[aria-label="bar"] rect')].entries()) {
      bar.style.cursor = "pointer";
      bar.addEventListener("click", () => click(shown[at]));
    }
  }
  return card(
    size,
    title,
    note,
    drawing,
    columns,
    rows.map((row) => [String(row[label]), format(row)]),
  );
}
