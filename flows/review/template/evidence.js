// The fields of a document with their evidence, and the places they were read from.

function evidence(doc, full) {
  const rank = (field) => (data.fields.includes(field) ? data.fields.indexOf(field) : data.fields.length);
  const claims = (full.fields ?? [])
    .map((field, index) => ({ ...field, index }))
    .sort((a, b) => rank(a.field) - rank(b.field));
  const followed = claims.filter((claim) => claim.chosen),
    not = claims.filter((claim) => !claim.chosen);
  return [
    ...(doc.table === "rejects"
      ? []
      : [
          h("h2", {}, "Fields"),
          followed.length ? h("ul", { class: "claims" }, followed.map(claimItem)) : h("p", {}, "No field was found."),
        ]),
    not.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, `${many(not.length, "claim")} not followed`),
        h("ul", { class: "claims" }, not.map(claimItem)),
      ),
    full.copies?.length > 0 && h("h2", {}, `${many(full.copiesInAll, "copy", "copies")} of it`),
    full.copies?.length > 0 && h("ul", { class: "copies" }, full.copies.map(copyItem)),
    h("h2", {}, "Provenance"),
    h(
      "dl",
      { class: "facts" },
      full.facts.map(([name, value]) =>
        h("div", {}, h("dt", {}, name.replaceAll("_", " ")), h("dd", {}, h("bdi", {}, value))),
      ),
    ),
  ].filter(Boolean);
}

function claimItem(claim) {
  const item = h(
    "li",
    {
      class: `claim${claim.chosen ? "" : " not"}${claim.placed ? " placed" : ""}`,
      "data-claim": claim.index,
      tabindex: claim.placed ? "0" : null,
    },
    h("span", { class: "name" }, claim.field.replaceAll("_", " ")),
    h("bdi", { class: "value" }, claim.value),
    h(
      "span",
      { class: "source" },
      claim.origin,
      claim.raw && claim.raw !== claim.value
        ? [" “", h("bdi", {}, claim.raw.length > 160 ? `${claim.raw.slice(0, 160)}…` : claim.raw), "”"]
        : null,
    ),
  );
  if (claim.placed) {
    for (const event of ["mouseenter", "focus"]) item.addEventListener(event, () => light([claim.index], true));
    for (const event of ["mouseleave", "blur"]) item.addEventListener(event, () => light([claim.index], false));
    const go = () => reveal(claim.index);
    item.addEventListener("click", go);
    item.addEventListener("keydown", (event) => {
      if (event.key === "Enter") go();
    });
  }
  return item;
}

const placesOf = (index) =>
  [...$("main").querySelectorAll(".read")].filter((span) => span.dataset.fields.split(" ").includes(String(index)));

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
  const words = [
    h("bdi", {}, copy.publisher ?? copy.path),
    " ",
    h("span", { class: "badge duplicates" }, copy.relation),
  ];
  return h("li", {}, at >= 0 ? h("a", { href: address({ doc: at, compare: true, view: "desk" }) }, words) : words);
}
