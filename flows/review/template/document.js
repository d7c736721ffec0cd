// One document: its raw text beside the article, piece by piece, and the evidence of its fields.

const KIND = {
  skip_nav: "navigation",
  kicker: "section line",
  share: "share and follow buttons",
  newsletter: "newsletter prompt",
  counts: "counters",
  read_time: "reading time",
  ad: "advertisement",
  related: "related stories",
  photo: "caption or credit",
  byline: "byline",
  dateline: "dateline",
  pubdate: "publication date",
  copyright: "copyright notice",
  disclaimer: "disclaimer",
  correction: "correction",
  agency: "agency credit",
  paywall: "subscription notice",
  cookie: "cookie notice",
  disclosure: "disclosure",
  embed: "embedded post",
  artefact: "leftover of the dump",
  duplicate: "repetition",
  headline: "headline, again",
  judge: "no rule names it; a model judged that it is not the article",
};
const LONG_RUN = 7; // cuts in a row; of more, the middle is folded
const ENDS = 2;

async function drawDocument() {
  const index = state.doc,
    doc = docs[index];
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
  const comparing = Boolean(full.comparison?.lines) && state.compare;
  $("main").replaceChildren(
    header(doc, full, comparing),
    ...(comparing ? comparison(full.comparison) : galley(doc, full)),
  );
  $("evidence").replaceChildren(...evidence(doc, full));
  $("main").scrollTop = 0;
  markCurrent();
}

function header(doc, full, comparing) {
  const line = [
    doc.publisher,
    doc.date,
    doc.language,
    doc.words !== undefined && many(doc.words, "word"),
    doc.kept !== undefined && `${percent(doc.kept)} kept`,
  ].filter(Boolean);
  return h(
    "div",
    { class: "doc-head" },
    h("h1", { dir: "auto" }, titleOf(doc)),
    line.length > 0 &&
      h(
        "p",
        {},
        line.flatMap((part, n) => [n ? " · " : "", h("bdi", {}, part)]),
      ),
    h("p", { class: "path" }, h("bdi", {}, doc.path)),
    doc.reason &&
      h(
        "p",
        { class: "decision" },
        h("span", { class: "badge rejects" }, doc.reason),
        `at stage ${doc.stage}: `,
        h("bdi", {}, full.detail),
      ),
    full.comparison && decision(full.comparison, comparing),
    (full.warnings ?? []).map((warning) => h("p", { class: "warn" }, warning)),
    !full.raw &&
      h(
        "p",
        { class: "warn" },
        doc.reason
          ? "The raw file is not at hand, or is no text."
          : "The raw file is not at hand (or has changed): the words are those of the table; markup between them is not shown.",
      ),
    !comparing && full.pieces.some((piece) => piece.is === "cut") && legend(full),
  );
}

function legend(full) {
  const there = new Set(full.pieces.map((piece) => piece.family));
  return h(
    "ul",
    { class: "legend", "aria-label": "Legend" },
    Object.entries(data.families)
      .filter(([family]) => there.has(family))
      .map(([family, words]) => h("li", {}, h("span", { class: `swatch ${family}` }), words)),
  );
}

function galley(doc, full) {
  if (doc.table === "rejects") {
    return full.pieces.map((piece) =>
      h(
        "div",
        { class: "galley" },
        h(
          "div",
          { class: "row rejected" },
          h("div", { class: "raw", dir: "auto" }, piece.raw),
          piece.left_out && h("p", {}, `… ${many(piece.left_out, "more character")}`),
        ),
      ),
    );
  }
  const rows = full.pieces.map((piece) => row(piece, full)).filter(Boolean);
  return [
    h("div", { class: "columns" }, h("h2", {}, full.raw ? "Raw text" : "From the table"), h("h2", {}, "Article")),
    h("div", { class: "galley" }, folded(rows)),
  ];
}

/** Long runs of cuts with their middle folded away. */
function folded(rows) {
  const out = [];
  let run = [];
  const flush = () => {
    const cuts = run.filter((each) => each.dataset.is === "cut");
    if (cuts.length > LONG_RUN) {
      const from = run.indexOf(cuts[ENDS]),
        to = run.indexOf(cuts[cuts.length - ENDS]);
      const middle = run.slice(from, to);
      for (const each of middle) each.hidden = true;
      const button = h(
        "button",
        {
          type: "button",
          class: "fold",
          click: () => {
            fold.remove();
            for (const each of middle) each.hidden = false;
          },
        },
        `${cuts.length - 2 * ENDS} more cuts`,
      );
      const fold = h("div", { class: "row fold-row" }, button);
      run.splice(from, 0, fold);
    }
    out.push(...run);
    run = [];
  };
  for (const each of rows) {
    if (each.dataset.is === "kept") flush();
    if (each.dataset.is === "kept") out.push(each);
    else run.push(each);
  }
  flush();
  return out;
}

function row(piece, full) {
  if (piece.is === "gap") return gap(piece, full);
  const raw = h("div", { class: "raw", dir: "auto" }, runs(piece.raw, full));
  if (piece.is === "kept") {
    const level = piece.kind === "heading" ? { role: "heading", "aria-level": "2" } : {};
    return h(
      "div",
      { class: "row kept", "data-is": "kept" },
      raw,
      h("div", { class: `text ${piece.kind}`, dir: "auto", ...level }, piece.text),
    );
  }
  const button = h(
    "button",
    {
      type: "button",
      class: "rule",
      click: () => {
        Object.assign(state, { rule: piece.rule });
        filter();
      },
    },
    piece.rule,
  );
  const length = piece.raw.reduce((sum, run) => sum + wordsOf(run).length, 0);
  const about = () => [
    [h("b", {}, piece.rule), ` ${KIND[kindOf(piece.rule)] ?? ""}`],
    `${data.families[piece.family]} · ${many(length, "character")}`,
    piece.score === undefined ? "certain: a rule" : `probability that it is the article: ${piece.score.toFixed(2)}`,
    "click: documents with this rule",
  ];
  tip(button, about);
  tip(raw, about);
  return h(
    "div",
    { class: `row cut ${piece.family}`, "data-is": "cut", "data-rule": piece.rule },
    raw,
    h(
      "div",
      { class: "said" },
      button,
      piece.score !== undefined && h("span", { class: "score" }, piece.score.toFixed(2)),
    ),
  );
}

/** What stands between two pieces; nothing where that is white space, or markup that is not at hand. */
function gap(piece, full) {
  if (piece.raw.every((run) => (typeof run === "string" ? !run.trim() : run.folded === ""))) return null;
  const short = piece.raw.every((run) => typeof run === "string" && run.length < 100);
  return h(
    "div",
    { class: `row gap${short ? " short" : ""}`, "data-is": "gap" },
    h("div", { class: "raw", dir: "auto" }, runs(trimmed(piece.raw), full)),
  );
}

function foldedMarkup(run) {
  const rest = run.length - [...run.folded].length;
  const open = () =>
    button.replaceWith(
      ...tagged(run.folded),
      rest > 0 ? h("span", { class: "score" }, ` … ${many(rest, "more character")} …`) : "",
    );
  const button = h(
    "button",
    { type: "button", class: "fold", click: open, title: `${many(run.length, "character")} of markup: unfold` },
    `⋯ ${number(run.length)}`,
  );
  return button;
}

/** Runs without the empty lines at either end. */
function trimmed(all) {
  const copy = [...all];
  const edit = (at, pattern) => {
    if (typeof copy[at] === "string") copy[at] = copy[at].replace(pattern, "");
  };
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
    tip(span, () =>
      fields.map((n) => [
        h("b", {}, full.fields[n].field),
        ` ${full.fields[n].origin}${full.fields[n].chosen ? "" : ", not followed"}`,
      ]),
    );
    return [span];
  });
}

function tagged(text) {
  return text
    .split(/(<[^<>]{1,2000}>)/)
    .filter(Boolean)
    .map((part) => (part.startsWith("<") && part.endsWith(">") ? h("span", { class: "tag" }, part) : part));
}

function unfold() {
  for (const button of $("main").querySelectorAll("button.fold")) button.click();
}

/** Moves the focus to the next cut in sight, or the one before. */
function stepCut(by) {
  const rules = [...$("main").querySelectorAll("button.rule")].filter((button) => button.checkVisibility());
  const at = rules.indexOf(document.activeElement);
  const next = at < 0 ? rules[by > 0 ? 0 : rules.length - 1] : rules[at + by];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  } else call("no further cut");
}
