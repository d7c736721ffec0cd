// Charts of how often fields are filled: by publisher, and run by run.

function fieldsCard() {
  const publishers = [...new Set(charts.fields.map((row) => row.publisher))];
  const drawing = draws("Fill rate of each field by publisher", {
    width: 1180,
    height: 46 + publishers.length * 25,
    marginLeft: 190,
    marginTop: 42,
    marginBottom: 4,
    x: { domain: data.fields, axis: "top", label: null, tickSize: 0, tickFormat: (name) => name.replace("_at", "") },
    y: { domain: publishers, label: null, tickSize: 0, tickFormat: (name) => short(name, 28) },
    color: { domain: [0, 1], range: [color("--none"), color("--bar")] },
    marks: [
      Plot.cell(charts.fields, {
        x: "field",
        y: "publisher",
        fill: "share",
        inset: 1,
        rx: 2,
        title: (row) => `${row.publisher}, ${row.field}: ${percent(row.share)} of ${row.of}`,
      }),
      Plot.text(charts.fields, {
        x: "field",
        y: "publisher",
        text: (row) => (row.share ? Math.round(100 * row.share) : "·"),
        fill: (row) => color(row.share > 0.55 ? "--sheet" : "--ink"),
        fontVariant: "tabular-nums",
      }),
    ],
  });
  for (const text of drawing.querySelectorAll('[aria-label="text"] text')) text.style.fill = text.getAttribute("fill");
  return card(
    "",
    "Fields filled, by publisher",
    "Per cent of a publisher's documents in which the field is known. Null beats a guess: a low figure may be right.",
    drawing,
    ["publisher", "field", "filled", "documents"],
    charts.fields.map((row) => [row.publisher, row.field, percent(row.share), row.of]),
  );
}

let overPublisher = null;
function overRunsCard() {
  const publishers = [...new Set(charts.overRuns.map((row) => row.publisher))];
  overPublisher ??=
    charts.drift[0]?.publisher ??
    publishers
      .map((name) => [charts.overRuns.filter((row) => row.publisher === name).length, name])
      .sort((a, b) => b[0] - a[0])[0]?.[1];
  const rows = charts.overRuns.filter((row) => row.publisher === overPublisher);
  const points = rows.flatMap((row) =>
    data.fields.map((field, n) => ({ field, run: row.number, share: row.shares[n], of: row.of, at: row.at })),
  );
  const perRow = 5;
  const grid = (field) => [data.fields.indexOf(field) % perRow, Math.floor(data.fields.indexOf(field) / perRow)];
  const runs = [...new Set(points.map((point) => point.run))].sort((a, b) => a - b);
  const drawing = draws(`Fill rates of ${overPublisher}, run by run`, {
    width: 1180,
    height: 330,
    marginLeft: 40,
    marginRight: 14,
    marginTop: 30,
    marginBottom: 14,
    axis: null,
    x: { domain: [Math.min(...runs) - 0.5, Math.max(...runs) + 0.5], inset: 4 },
    y: { domain: [0, 1], ticks: 2 },
    fx: { padding: 0.12 },
    fy: { padding: 0.42 },
    marks: [
      Plot.ruleY(
        data.fields.flatMap((field) => [0, 1].map((y) => ({ field, y }))),
        { y: "y", fx: (d) => grid(d.field)[0], fy: (d) => grid(d.field)[1], strokeOpacity: 0.18 },
      ),
      Plot.lineY(points, {
        x: "run",
        y: "share",
        curve: "step",
        fx: (d) => grid(d.field)[0],
        fy: (d) => grid(d.field)[1],
        stroke: color("--bar"),
        strokeWidth: 2,
      }),
      Plot.dot(points, {
        x: "run",
        y: "share",
        fx: (d) => grid(d.field)[0],
        fy: (d) => grid(d.field)[1],
        fill: color("--bar"),
        r: 3,
        title: (d) => `${d.field}, ${d.at.slice(0, 16)}: ${percent(d.share)} of ${d.of}`,
      }),
      Plot.text(data.fields, {
        text: (field) => `${field}  ${percent(rows.at(-1)?.shares[data.fields.indexOf(field)] ?? 0)}`,
        fx: (field) => grid(field)[0],
        fy: (field) => grid(field)[1],
        frameAnchor: "top-left",
        dy: -16,
        fontSize: 12,
      }),
    ],
  });
  const select = h(
    "select",
    {
      "aria-label": "Publisher of the fill rates over runs",
      change: (event) => {
        overPublisher = event.target.value;
        drawCorpus();
        $("over-runs").focus();
      },
      id: "over-runs",
    },
    publishers.map((name) => h("option", { value: name, selected: name === overPublisher }, short(name, 40))),
  );
  return card(
    "",
    "Fields filled, run by run",
    "One publisher at a time. A site's redesign shows as a cliff; the figure is that of its last run.",
    drawing,
    ["run", "field", "filled", "documents"],
    points.map((point) => [point.at.slice(0, 16), point.field, percent(point.share), point.of]),
    select,
  );
}
