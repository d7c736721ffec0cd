// One document: its raw text beside the article, piece by piece, and the evidence of its fields.

const KIND = {
  skip_nav: "navigation", kicker: "section line", share: "share and follow buttons", newsletter: "newsletter prompt", counts: "counters",
  read_time: "reading time", ad: "advertisement", related: "related stories", photo: "caption or credit", byline: "byline", dateline: "dateline",
  pubdate: "publication date", copyright: "copyright notice", disclaimer: "disclaimer", correction: "correction", agency: "agency credit",
  paywall: "subscription notice", cookie: "cookie notice", disclosure: "disclosure", embed: "embedded post", artefact: "leftover of the dump",
  duplicate: "repetition", headline: "headline, again", judge: "no rule names it; a model judged that it is not the article",
};
const LONG_RUN = 7; // cuts in a row; of more, the middle is folded
const ENDS = 2;

async function drawDocument() {
  const index = state.doc, doc = docs[index];
  if (!found.length) {
    $("main").replaceChildren(h("p", { class: "empty" }, "No document passes these filters."));
    $("evidence").replaceChildren();
    $("main").setAttribute("aria-busy", "false");
    return;
  }
  $("main").setAttribute("aria-busy", "true");
  const full = await opened(index);
  if (index !== state.doc) return; // another one was asked for meanwhile
  $("main").setAttribute("aria-busy", "false");
  $("tip").hidden = true;
  const comparing = Boolean(full.comparison?.lines) && (state.compare ?? false);
  $("main").replaceChildren(header(doc, full, comparing), ...(comparing ? comparison(full.comparison) : galley(doc, full)));
  $("evidence").replaceChildren(...evidence(doc, full));
  $("main").scrollTop = 0;
  markCurrent();
}

function header(doc, full, comparing) {
  const line = [doc.publisher, doc.date, doc.language, doc.words !== undefined && many(doc.words, "word"),
    doc.kept !== undefined && `${percent(doc.kept)} kept`].filter(Boolean);
  return h("div", { class: "doc-head" },
    h("h1", { dir: "auto" }, titleOf(doc)),
    line.length > 0 && h("p", {}, line.flatMap((part, n) => [n ? " · " : "", h("bdi", {}, part)])),
    h("p", { class: "path" }, h("bdi", {}, doc.path)),
    doc.reason && h("p", { class: "decision" }, h("span", { class: "badge rejects" }, doc.reason), `at stage ${doc.stage}: `, h("bdi", {}, full.detail)),
    full.comparison && decision(full.comparison, comparing),
    (full.warnings ?? []).map((warning) => h("p", { class: "warn" }, warning)),
    !full.raw && h("p", { class: "warn" }, doc.reason ? "The raw file is not at hand, or is no text."
      : "The raw file is not at hand (or has changed): the words are those of the table; markup between them is not shown."),
    !comparing && full.pieces.some((piece) => piece.is === "cut") && legend(full));
}

function legend(full) {
  const there = new Set(full.pieces.map((piece) => piece.family));
  return h("ul", { class: "legend", "aria-label": "Legend" },
    Object.entries(data.families).filter(([family]) => there.has(family)).map(([family, words]) =>
      h("li", {}, h("span", { class: `swatch ${family}` }), words)));
}

function galley(doc, full) {
  if (doc.table === "rejects") {
    return full.pieces.map((piece) => h("div", { class: "galley" }, h("div", { class: "row rejected" },
      h("div", { class: "raw", dir: "auto" }, piece.raw), piece.left_out && h("p", {}, `… ${many(piece.left_out, "more character")}`))));
  }
  const rows = full.pieces.map((piece) => row(piece, full)).filter(Boolean);
  return [h("div", { class: "columns" }, h("h2", {}, full.raw ? "Raw text" : "From the table"), h("h2", {}, "Article")),
    h("div", { class: "galley" }, folded(rows))];
}

/** Long runs of cuts with their middle folded away. */
function folded(rows) {
  const out = [];
  let run = [];
  const flush = () => {
    const cuts = run.filter((each) => each.dataset.is === "cut");
    if (cuts.length > LONG_RUN) {
      const from = run.indexOf(cuts[ENDS]), to = run.indexOf(cuts[cuts.length - ENDS]);
      const middle = run.slice(from, to);
      for (const each of middle) each.hidden = true;
      const button = h("button", { type: "button", class: "fold", click: () => { fold.remove(); for (const each of middle) each.hidden = false; } },
        `${cuts.length - 2 * ENDS} more cuts`);
      const fold = h("div", { class: "row fold-row" }, button);
      run.splice(from, 0, fold);
    }
    out.push(...run);
    run = [];
  };
  for (const each of rows) {
    if (each.dataset.is === "kept") flush();
    if (each.dataset.is === "kept") out.push(each); else run.push(each);
  }
  flush();
  return out;
}

function row(piece, full) {
  if (piece.is === "gap") return gap(piece, full);
  const raw = h("div", { class: "raw", dir: "auto" }, runs(piece.raw, full));
  if (piece.is === "kept") {
    const level = piece.kind === "heading" ? { role: "heading", "aria-level": "2" } : {};
    return h("div", { class: "row kept", "data-is": "kept" }, raw, h("div", { class: `text ${piece.kind}`, dir: "auto", ...level }, piece.text));
  }
  const button = h("button", { type: "button", class: "rule", click: () => { Object.assign(state, { rule: piece.rule }); filter(); } }, piece.rule);
  const length = piece.raw.reduce((sum, run) => sum + wordsOf(run).length, 0);
  const about = () => [
    [h("b", {}, piece.rule), ` ${KIND[kindOf(piece.rule)] ?? ""}`],
    `${data.families[piece.family]} · ${many(length, "character")}`,
    piece.score === undefined ? "certain: a rule" : `probability that it is the article: ${piece.score.toFixed(2)}`,
    "click: documents with this rule",
  ];
  tip(button, about);
  tip(raw, about);
  return h("div", { class: `row cut ${piece.family}`, "data-is": "cut", "data-rule": piece.rule }, raw,
    h("div", { class: "said" }, button, piece.score !== undefined && h("span", { class: "score" }, piece.score.toFixed(2))));
}

/** What stands between two pieces; nothing where that is white space, or markup that is not at hand. */
function gap(piece, full) {
  if (piece.raw.every((run) => (typeof run === "string" ? !run.trim() : run.folded === ""))) return null;
  const short = piece.raw.every((run) => typeof run === "string" && run.length < 100);
  return h("div", { class: `row gap${short ? " short" : ""}`, "data-is": "gap" }, h("div", { class: "raw", dir: "auto" }, runs(trimmed(piece.raw), full)));
}

function foldedMarkup(run) {
  const rest = run.length - [...run.folded].length;
  const open = () => button.replaceWith(...tagged(run.folded), rest > 0 ? h("span", { class: "score" }, ` … ${many(rest, "more character")} …`) : "");
  const button = h("button", { type: "button", class: "fold", click: open, title: `${many(run.length, "character")} of markup: unfold` }, `⋯ ${number(run.length)}`);
  return button;
}

/** Runs without the empty lines at either end. */
function trimmed(all) {
  const copy = [...all];
  const edit = (at, pattern) => { if (typeof copy[at] === "string") copy[at] = copy[at].replace(pattern, ""); };
  edit(0, /^\s*\n/);
  edit(copy.length - 1, /\n\s*$/);
  return copy;
}

/** The nodes of a piece's raw text: tags dimmed, the places of fields marked. */
function runs(all, full) {
  return all.flatMap((run) => {
    if (typeof run === "string") return tagged(run);
    if (!Array.isArray(run)) return [foldedMarkup(run)];
    const [text, ...fields] = run;
    const span = h("span", { class: "read", "data-fields": fields.join(" ") }, text);
    span.addEventListener("mouseenter", () => light(fields, true));
    span.addEventListener("mouseleave", () => light(fields, false));
    tip(span, () => fields.map((n) => [h("b", {}, full.fields[n].field), ` ${full.fields[n].origin}${full.fields[n].chosen ? "" : ", not followed"}`]));
    return [span];
  });
}

function tagged(text) {
  return text.split(/(<[^<>]{1,2000}>)/).filter(Boolean).map((part) => (part.startsWith("<") && part.endsWith(">") ? h("span", { class: "tag" }, part) : part));
}

// ---- fields

function evidence(doc, full) {
  const rank = (field) => (data.fields.includes(field) ? data.fields.indexOf(field) : data.fields.length);
  const claims = (full.fields ?? []).map((field, index) => ({ ...field, index })).sort((a, b) => rank(a.field) - rank(b.field));
  const followed = claims.filter((claim) => claim.chosen), not = claims.filter((claim) => !claim.chosen);
  return [
    ...(doc.table === "rejects" ? [] : [h("h2", {}, "Fields"),
      followed.length ? h("ul", { class: "claims" }, followed.map(claimItem)) : h("p", {}, "No field was found.")]),
    not.length > 0 && h("details", {}, h("summary", {}, `${many(not.length, "claim")} not followed`), h("ul", { class: "claims" }, not.map(claimItem))),
    full.copies?.length > 0 && h("h2", {}, `${many(full.copiesInAll, "copy", "copies")} of it`),
    full.copies?.length > 0 && h("ul", { class: "copies" }, full.copies.map(copyItem)),
    h("h2", {}, "Provenance"),
    h("dl", { class: "facts" }, full.facts.map(([name, value]) => h("div", {}, h("dt", {}, name.replaceAll("_", " ")), h("dd", {}, h("bdi", {}, value))))),
  ].filter(Boolean);
}

function claimItem(claim) {
  const item = h("li", { class: `claim${claim.chosen ? "" : " not"}${claim.placed ? " placed" : ""}`, "data-claim": claim.index, tabindex: claim.placed ? "0" : null },
    h("span", { class: "name" }, claim.field.replaceAll("_", " ")),
    h("bdi", { class: "value" }, claim.value),
    h("span", { class: "source" }, claim.origin, claim.raw && claim.raw !== claim.value ? [" “", h("bdi", {}, claim.raw.length > 160 ? `${claim.raw.slice(0, 160)}…` : claim.raw), "”"] : null));
  if (claim.placed) {
    for (const event of ["mouseenter", "focus"]) item.addEventListener(event, () => light([claim.index], true));
    for (const event of ["mouseleave", "blur"]) item.addEventListener(event, () => light([claim.index], false));
    const go = () => reveal(claim.index);
    item.addEventListener("click", go);
    item.addEventListener("keydown", (event) => { if (event.key === "Enter") go(); });
  }
  return item;
}

const placesOf = (index) => [...$("main").querySelectorAll(".read")].filter((span) => span.dataset.fields.split(" ").includes(String(index)));

function light(indexes, on) {
  for (const index of indexes) {
    for (const span of placesOf(index)) span.classList.toggle("lit", on);
    $("evidence").querySelector(`[data-claim="${index}"]`)?.classList.toggle("lit", on);
  }
}

/** Brings the place of a field into sight. */
function reveal(index) {
  const [span] = placesOf(index);
  if (!span) return call("its place is not in sight");
  if (!span.checkVisibility()) unfold();
  span.scrollIntoView({ block: "center" });
}

function copyItem(copy) {
  const at = docs.findIndex((doc) => doc.id === copy.id && doc.path === copy.path);
  const words = [h("bdi", {}, copy.publisher ?? copy.path), " ", h("span", { class: "badge duplicates" }, copy.relation)];
  return h("li", {}, at >= 0 ? h("a", { href: address({ doc: at, compare: true, view: "desk" }) }, words) : words);
}

function unfold() {
  for (const button of $("main").querySelectorAll("button.fold")) button.click();
}

/** Moves the focus to the next cut in sight, or the one before. */
function stepCut(by) {
  const rules = [...$("main").querySelectorAll("button.rule")].filter((button) => button.checkVisibility());
  const at = rules.indexOf(document.activeElement);
  const next = at < 0 ? rules[by > 0 ? 0 : rules.length - 1] : rules[at + by];
  if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); } else call("no further cut");
}
