// The corpus at a glance.

function drawCorpus() {
  const runs = charts.runs,
    sum = (name) => runs.reduce((total, run) => total + run[name], 0);
  const [articles, duplicates, rejects] = ["articles", "duplicates", "rejects"].map(sum);
  const tile = (words, value) => h("div", {}, h("dt", {}, words), h("dd", {}, value));
  $("corpus-view").replaceChildren(
    h("h1", {}, "The corpus"),
    h(
      "p",
      { class: "lede" },
      `${many(articles + duplicates + rejects, "document")} came in with ${many(runs.length, "run")}: ${many(articles, "article")}, ${many(duplicates, "duplicate")} and ${many(rejects, "reject")}. Every one of them is in the tables.`,
    ),
    h(
      "dl",
      { class: "tiles" },
      tile("articles", number(articles)),
      tile("duplicates", number(duplicates)),
      tile("rejects", number(rejects)),
      tile("of the text kept", percent(charts.rules.kept)),
      tile("publishers", number(charts.publishers)),
    ),
    h(
      "div",
      { class: "cards" },
      daysCard(),
      rulesCard(),
      h("div", { class: "stack" }, rejectsCard(), groupsCard(), runsCard()),
      fieldsCard(),
      overRunsCard(),
    ),
  );
}

function daysCard() {
  const { rows, unit, undated } = charts.days;
  const totals = new Map();
  for (const row of rows) totals.set(row.publisher, (totals.get(row.publisher) ?? 0) + row.number);
  const last = (name) => charts.last.indexOf(name) + 1;
  const publishers = [...totals].sort((a, b) => last(a[0]) - last(b[0]) || b[1] - a[1]).map(([name]) => name);
  const dated = rows.map((row) => ({ ...row, day: new Date(row.day) }));
  const width = 1180,
    note = `Articles and duplicates by ${unit} of publication, and by publisher${undated ? `; ${many(undated, "document")} without a date` : ""}.`;
  if (!rows.length)
    return card("", `Documents per ${unit}`, note, h("p", { class: "empty" }, "No document has a date."));
  const x = { type: "utc", label: null, domain: span(dated, unit) };
  const bars = draws(`Documents per ${unit}`, {
    width,
    height: 128,
    marginLeft: 190,
    marginRight: 16,
    marginTop: 8,
    marginBottom: 8,
    x: { ...x, axis: null },
    y: { label: null, ticks: 3, tickFormat: "d" },
    marks: [
      Plot.gridY({ ticks: 3, strokeOpacity: 0.12 }),
      Plot.rectY(byDay(dated), {
        x: "day",
        interval: unit,
        y: "number",
        fill: color("--bar"),
        inset: 0.5,
        title: (row) => `${row.day.toISOString().slice(0, 10)}: ${row.number}`,
      }),
      Plot.ruleY([0]),
    ],
  });
  const cells = draws(`Documents per ${unit} and publisher`, {
    width,
    height: 34 + publishers.length * LEAST_ROW,
    marginLeft: 190,
    marginRight: 16,
    marginTop: 4,
    x,
    y: { domain: publishers, label: null, tickSize: 0, tickFormat: (name) => short(name, 28) },
    color: {
      type: "sqrt",
      domain: [0, Math.max(...rows.map((row) => row.number))],
      range: [color("--bar-soft"), color("--bar")],
    },
    marks: [
      Plot.gridY({ strokeOpacity: 0.12 }),
      Plot.barX(dated, {
        y: "publisher",
        x: "day",
        interval: unit,
        fill: "number",
        insetTop: 3,
        insetBottom: 3,
        insetLeft: 0.5,
        insetRight: 0.5,
        title: (row) => `${row.publisher}, ${row.day.toISOString().slice(0, 10)}: ${row.number}`,
      }),
    ],
  });
  return card(
    "",
    `Documents per ${unit}`,
    note,
    [bars, cells],
    [unit, "publisher", "documents"],
    rows.map((row) => [row.day, row.publisher, row.number]),
  );
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

function rulesCard() {
  const families = Object.keys(data.families).filter((family) =>
    charts.rules.rules.some((rule) => rule.family === family),
  );
  const key = h(
    "span",
    { class: "key" },
    families.map((family) => h("span", { class: family }, h("i"), data.families[family])),
  );
  const rest = charts.rules.rules.length - 22;
  return barCard(
    "half",
    "Share cut by rule",
    [
      `Of all characters of kept and cut text${rest > 0 ? `; the 22 largest of ${charts.rules.rules.length}` : ""}. `,
      key,
    ],
    charts.rules.rules,
    {
      label: "rule",
      value: "share",
      tone: (row) => color(`--${row.family}`),
      format: (row) => percent(row.share, row.share < 0.00995 ? 2 : 1),
      columns: ["rule", "share"],
      click: (row) => {
        state.rule = row.rule;
        go("desk");
      },
    },
  );
}

function rejectsCard() {
  const tall = charts.reasons;
  return barCard("half", "Rejects by reason", "Raw documents that gave no article.", tall, {
    label: "reason",
    value: "number",
    tone: color("--furniture"),
    format: (row) => number(row.number),
    columns: ["reason", "rejects"],
    click: (row) => {
      state.relation = `rejected: ${row.reason}`;
      go("desk");
    },
  });
}

function groupsCard() {
  const rows = [...charts.groups]
    .sort((a, b) => a.size - b.size)
    .map((row) => ({ ...row, name: `${row.size} documents` }));
  const relations = charts.relations.map((row) => `${number(row.number)} ${row.relation}`).join(", ");
  return barCard(
    "half",
    "Duplicate groups by size",
    `An article and everything that repeats it${relations ? `: ${relations}` : ""}.`,
    rows,
    {
      label: "name",
      value: "number",
      tone: color("--repeat"),
      format: (row) => many(row.number, "group"),
      columns: ["size", "groups"],
    },
  );
}

function runsCard() {
  const rows = [...charts.runs]
    .reverse()
    .map((run) => [
      run.at.slice(0, 16).replace("T", " "),
      run.run,
      run.files ?? "",
      run.articles,
      run.duplicates,
      run.rejects,
      run.seconds === undefined ? "" : run.seconds.toFixed(1),
    ]);
  return h(
    "section",
    { class: "card half", "aria-label": "Runs" },
    h("h2", {}, "Runs"),
    h("p", { class: "note" }, "The newest first; what each added."),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Runs" },
      figures(["as of (UTC)", "run", "files", "articles", "duplicates", "rejects", "seconds"], rows),
    ),
  );
}
