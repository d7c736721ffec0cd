// Elements, made of text nodes only: what comes from a corpus is never read as markup.

const $ = (id) => document.getElementById(id);

/** An element with attributes (null and false: none; functions: listeners of that event) and children. */
function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const data = JSON.parse($("data").textContent);
const docs = data.documents;

const number = (value) => value.toLocaleString("en");
const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)} %`;
const many = (count, one, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;
const kindOf = (rule) => rule.split(".")[0];
const call = (text) => {
  $("said").textContent = text;
};

/** What is shown of the document with this number; it stands in the page deflated. */
const openedBefore = new Map();
function opened(index) {
  if (!openedBefore.has(index)) {
    const bytes = Uint8Array.from(atob($(`document-${index}`).textContent), (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    openedBefore.set(index, new Response(stream).text().then(JSON.parse));
  }
  return openedBefore.get(index);
}

/** Shows `lines` beside `target` while it is pointed at or has the focus. */
function tip(target, lines) {
  const show = () => {
    const box = $("tip");
    box.replaceChildren(...lines().map((line) => h("div", {}, ...[line].flat())));
    box.hidden = false;
    const place = target.getBoundingClientRect();
    const below = place.bottom + 8 + box.offsetHeight < innerHeight;
    box.style.left = `${Math.max(8, Math.min(place.left, innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${below ? place.bottom + 6 : Math.max(8, place.top - box.offsetHeight - 6)}px`;
    target.setAttribute("aria-describedby", "tip");
  };
  const hide = () => {
    $("tip").hidden = true;
    target.removeAttribute("aria-describedby");
  };
  for (const event of ["mouseenter", "focus"]) target.addEventListener(event, show);
  for (const event of ["mouseleave", "blur"]) target.addEventListener(event, hide);
}
