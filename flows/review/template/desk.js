// The list of documents and its filters.

const TABLES = [
  ["", "All"],
  ["articles", "Articles"],
  ["duplicates", "Copies"],
  ["rejects", "Rejects"],
];
const NO_PUBLISHER = "publisher unknown";
const state = { view: "desk", doc: 0, compare: false, table: "", publisher: "", rule: "", relation: "", q: "" };
const FILTERS = ["table", "publisher", "rule", "relation", "q"];
let texts = null; // what the search looks through besides titles, once it has been asked for
let found = docs.map((_, index) => index);

const publisherOf = (doc) => doc.publisher ?? (doc.table === "rejects" ? null : NO_PUBLISHER);
const relationOf = (doc) => doc.relation ?? (doc.reason ? `rejected: ${doc.reason}` : null);
const titleOf = (doc) => doc.title || (doc.table === "rejects" ? doc.path.split("/").pop() : "(no title)");

function passes(doc, index) {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    (!state.table || doc.table === state.table) &&
    (!state.publisher || publisherOf(doc) === state.publisher) &&
    (!state.relation || relationOf(doc) === state.relation) &&
    (!state.rule || (doc.rules ?? []).some((rule) => rule === state.rule || kindOf(rule) === state.rule)) &&
    words.every((word) => haystack(doc, index).includes(word))
  );
}

function haystack(doc, index) {
  return `${doc.title ?? ""}\n${doc.path}\n${doc.publisher ?? ""}\n${doc.id}\n${texts?.[index] ?? ""}`.toLowerCase();
}

const wordsOf = (run) => (typeof run === "string" ? run : Array.isArray(run) ? run[0] : run.folded);

/** Unpacks the texts for the search, once. */
async function readTexts() {
  if (texts) return;
  texts = [];
  $("list").setAttribute("aria-busy", "true");
  const all = await Promise.all(docs.map((_, index) => opened(index)));
  texts = all.map((doc) => doc.pieces.map((piece) => piece.text ?? piece.raw.map(wordsOf).join("")).join("\n"));
  $("list").setAttribute("aria-busy", "false");
  filter();
}

function fillFilters() {
  const counted = (values) => {
    const counts = new Map();
    for (const value of values) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts].sort((a, b) => a[0].localeCompare(b[0]));
  };
  const fill = (id, all, values) =>
    $(id).replaceChildren(
      h("option", { value: "" }, all),
      ...values.map(([value, count]) => h("option", { value }, `${value} (${count})`)),
    );
  fill("publisher", "all", counted(docs.map(publisherOf)));
  fill("relation", "any, or none", counted(docs.map(relationOf)));
  const rules = counted(docs.flatMap((doc) => doc.rules ?? []));
  const kinds = counted(docs.flatMap((doc) => [...new Set((doc.rules ?? []).map(kindOf))]));
  $("rule").replaceChildren(
    h("option", { value: "" }, "any"),
    ...kinds.map(([kind, count]) =>
      h(
        "optgroup",
        { label: kind },
        h("option", { value: kind }, `${kind}, all (${count})`),
        rules
          .filter(([rule]) => kindOf(rule) === kind)
          .map(([rule, n]) => h("option", { value: rule }, `${rule} (${n})`)),
      ),
    ),
  );
  $("tables").replaceChildren(
    ...TABLES.filter(([table]) => !table || docs.some((doc) => doc.table === table)).map(([table, name]) =>
      h(
        "button",
        {
          type: "button",
          "data-table": table,
          click: () => {
            state.table = table;
            filter();
          },
        },
        `${name} ${table ? docs.filter((doc) => doc.table === table).length : docs.length}`,
      ),
    ),
  );
}

/** Applies the filters: draws the list, and opens its first document if the open one is not in it. */
function filter() {
  found = order.filter((index) => passes(docs[index], index));
  for (const name of ["publisher", "rule", "relation"]) $(name).value = state[name];
  if ($("search").value !== state.q) $("search").value = state.q;
  for (const button of $("tables").children) button.setAttribute("aria-pressed", button.dataset.table === state.table);
  $("found").textContent =
    found.length === docs.length
      ? many(docs.length, "document")
      : `${found.length} of ${many(docs.length, "document")}`;
  $("clear").hidden = FILTERS.every((name) => !state[name]);
  if (found.length && !found.includes(state.doc)) {
    state.doc = found[0];
  }
  drawList();
  remember();
  drawDocument();
}

// by publisher, the newest first; rejects at the end
const order = docs
  .map((_, index) => index)
  .sort(
    (a, b) =>
      (docs[a].table === "rejects") - (docs[b].table === "rejects") ||
      (publisherOf(docs[a]) === NO_PUBLISHER) - (publisherOf(docs[b]) === NO_PUBLISHER) ||
      (publisherOf(docs[a]) ?? "").localeCompare(publisherOf(docs[b]) ?? "") ||
      (docs[b].date ?? "").localeCompare(docs[a].date ?? "") ||
      a - b,
  );

function drawList() {
  let head = null;
  $("list").replaceChildren(
    ...found.flatMap((index) => {
      const doc = docs[index];
      const group = doc.table === "rejects" ? "Rejects" : publisherOf(doc);
      const item = listItem(doc, index);
      if (group === head) return [item];
      head = group;
      return [h("li", { class: "head" }, h("bdi", {}, group)), item];
    }),
  );
  if (!found.length) $("list").append(h("li", { class: "empty" }, "No document passes these filters."));
}

function listItem(doc, index) {
  const sub =
    doc.table === "rejects"
      ? [h("span", { class: "badge rejects" }, doc.reason), h("bdi", { class: "path" }, doc.path)]
      : [
          doc.relation && h("span", { class: "badge duplicates" }, doc.relation),
          h("span", {}, doc.date ?? "undated"),
          h("span", { class: "path" }, many(doc.words, "word")),
          meter(doc),
        ];
  return h(
    "li",
    {},
    h(
      "a",
      { href: link(index), "data-doc": index, "aria-current": index === state.doc ? "true" : null },
      h("span", { class: "title", dir: "auto" }, titleOf(doc)),
      h("span", { class: "sub" }, sub),
    ),
  );
}

function meter(doc) {
  const bar = h("i");
  bar.style.width = `${100 * doc.kept}%`;
  return h(
    "span",
    {
      class: "meter",
      role: "img",
      "aria-label": `${percent(doc.kept)} kept`,
      title: `${percent(doc.kept)} kept, ${percent(1 - doc.kept)} cut`,
    },
    bar,
  );
}

function markCurrent() {
  for (const anchor of $("list").querySelectorAll("a")) {
    const here = Number(anchor.dataset.doc) === state.doc;
    if (here) {
      anchor.setAttribute("aria-current", "true");
      anchor.scrollIntoView({ block: "nearest" });
    } else anchor.removeAttribute("aria-current");
  }
}

/** Opens the next document of the list, or the one before. */
function step(by) {
  const next = found[found.indexOf(state.doc) + by];
  if (next === undefined) return call("no further document");
  show(next);
}

function show(index) {
  state.doc = index;
  remember();
  drawDocument();
}

// ---- deep links: the state as it stands behind the # of the address

const copies = new Map(); // copies of one file have one id: the second is called ID~1
const keys = docs.map((doc) => {
  const times = copies.get(doc.id) ?? 0;
  copies.set(doc.id, times + 1);
  return times ? `${doc.id}~${times}` : doc.id;
});

function address(changes = {}) {
  const to = { ...state, ...changes };
  const query = new URLSearchParams();
  if (to.view !== "desk") query.set("view", to.view);
  else if (docs.length) query.set("doc", keys[to.doc]);
  if (to.compare && to.view === "desk") query.set("compare", "1");
  for (const name of FILTERS) if (to[name]) query.set(name, to[name]);
  return `#${query}`;
}
const link = (index) => address({ doc: index, view: "desk" });

function remember() {
  if (location.hash !== address()) history.replaceState(null, "", address());
}

function recall() {
  const query = new URLSearchParams(location.hash.slice(1));
  const at = keys.indexOf(query.get("doc"));
  state.view = ["corpus", "drift"].includes(query.get("view")) ? query.get("view") : "desk";
  state.compare = query.get("compare") === "1";
  for (const name of FILTERS) state[name] = query.get(name) ?? "";
  if (at >= 0) state.doc = at;
  else if (!location.hash) state.doc = order[0] ?? 0;
  if (state.q) readTexts();
}
