// A duplicate beside the article that it repeats.

function decision(comparison, comparing) {
  const original = docs.findIndex((doc) => doc.id === comparison.of && doc.table === "articles");
  return h(
    "div",
    { class: "decision" },
    h("span", { class: "badge duplicates" }, comparison.relation),
    h(
      "span",
      {},
      "of ",
      original >= 0
        ? h("a", { href: link(original) }, h("bdi", {}, titleOf(docs[original])))
        : h("bdi", {}, comparison.original?.title ?? comparison.of),
    ),
    comparison.lines &&
      h(
        "button",
        { type: "button", "aria-pressed": String(comparing), id: "compare", click: toggleCompare },
        "Compare the two",
      ),
    h(
      "span",
      { class: "score" },
      `by ${comparison.rule}`,
      comparison.scores.map(([name, value]) => ` · ${name.replaceAll("_", " ")} ${Number(value.toFixed(3))}`),
    ),
  );
}

function toggleCompare() {
  state.compare = !state.compare;
  remember();
  drawDocument();
}

function comparison(pair) {
  const side = (runs, mark) =>
    h(
      "div",
      { dir: "auto", class: runs ? null : "none" },
      runs ? runs.map((run) => (typeof run === "string" ? run : h(mark, {}, run[0]))) : "—",
    );
  const about = (document, name) =>
    h(
      "div",
      {},
      name,
      h("b", { dir: "auto" }, document.title ?? "(no title)"),
      h("bdi", {}, [document.publisher, document.published_local, document.path].filter(Boolean).join(" · ")),
    );
  return [
    h("div", { class: "pair top" }, about(pair.original, "Article"), about(pair.copy, "This copy")),
    ...pair.lines.map((line) =>
      h("div", { class: `pair${line.same ? " same" : ""}` }, side(line.left, "del"), side(line.right, "ins")),
    ),
  ];
}
