// What drifted between runs.

function drawDrift() {
  const rows = charts.drift;
  const measure = (name) => {
    const [what, which] = name.split(".");
    return [h("code", {}, which), what === "field" ? " filled" : " in the cuts"];
  };
  const p = (value) => (value < 1e-4 ? "< 0.0001" : value.toFixed(4));
  const line = (row) =>
    h(
      "tr",
      {},
      h("td", {}, h("a", { href: address({ view: "desk", publisher: row.publisher }) }, h("bdi", {}, row.publisher))),
      h("td", {}, measure(row.measure)),
      h("td", { class: "number" }, `${percent(row.before)} of ${row.documents_before}`),
      h("td", {}, slope(row)),
      h("td", { class: "number" }, `${percent(row.after)} of ${row.documents_after}`),
      h("td", { class: "number" }, p(row.p_value)),
    );
  $("drift-view").replaceChildren(
    h("h1", {}, "Drift"),
    h(
      "p",
      { class: "lede" },
      "What moved between a publisher's last runs by more than chance: a field that is found less often, a kind of cut that appears. Fisher's exact test on the two shares, corrected for the number of comparisons (Benjamini and Yekutieli, 1 in 100 may be chance), and at least five points.",
    ),
    rows.length
      ? h(
          "div",
          { class: "card" },
          h(
            "table",
            { class: "moved" },
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                ["Publisher", "Share of documents", "Before", "", "Now", "p"].map((name) =>
                  h("th", { scope: "col", class: ["Before", "Now", "p"].includes(name) ? "number" : null }, name),
                ),
              ),
            ),
            h("tbody", {}, rows.map(line)),
          ),
        )
      : h(
          "div",
          { class: "card" },
          h(
            "p",
            { class: "empty" },
            charts.runs.length < 2
              ? "The corpus has one run; there is nothing to compare it with yet."
              : "Nothing moved by more than chance.",
          ),
        ),
  );
}

/** Before and now as a line between two dots on a scale from 0 to 100 per cent. */
function slope(row) {
  const make = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const tone = row.after < row.before ? "down" : "up";
  const svg = make("svg", {
    width: 140,
    height: 18,
    viewBox: "0 0 140 18",
    class: tone,
    role: "img",
    "aria-label": `from ${percent(row.before)} ${tone} to ${percent(row.after)}`,
  });
  const at = (share) => 8 + 124 * share;
  svg.append(
    make("line", { x1: 8, x2: 132, y1: 9, y2: 9, stroke: "currentColor", "stroke-opacity": 0.2 }),
    make("line", { x1: at(row.before), x2: at(row.after), y1: 9, y2: 9, stroke: "currentColor", "stroke-width": 3 }),
    make("circle", { cx: at(row.before), cy: 9, r: 3.5, fill: "none", stroke: "currentColor", "stroke-width": 1.5 }),
    make("circle", { cx: at(row.after), cy: 9, r: 5, fill: "currentColor" }),
  );
  return svg;
}
