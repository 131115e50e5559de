"use strict";
// A gallery that opens from disk: data comes as scripts (chunks of columns), posters as sheets, films when they are asked
// for. Only the cards that can be seen are in the page, so that 50,000 items scroll like 50.

const MARGIN = 12, CAPTION = 42, state = { rows: 0, order: [], chosen: new Set(), focus: 0, filters: new Map(), sort: "", down: false, words: "" };
const columns = {}; // name -> array with a value for each item
const $ = (id) => document.getElementById(id);
const make = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

window.galleryChunk = (number, part) => {
  for (const [name, values] of Object.entries(part)) (columns[name] ||= []).push(...values);
  state.rows += part.id.length;
  if (number === 0) start();
  $("loaded").textContent = state.rows < GALLERY.count ? `reading ${state.rows.toLocaleString()} of ${GALLERY.count.toLocaleString()}` : "";
  if (number + 1 < GALLERY.chunks) setTimeout(() => load(number + 1), 0);
  else buildFilters();
  refresh();
};

function load(number) {
  const script = make("script", { src: `data/chunk_${String(number).padStart(3, "0")}.js` });
  script.onerror = () => { $("loaded").textContent = `${script.src} is missing: copy the whole folder`; };
  document.head.append(script);
}

function start() {
  document.title = GALLERY.title;
  $("title").textContent = GALLERY.title;
  for (const field of [{ name: "", label: "as listed" }, ...GALLERY.fields.filter((field) => field.kind !== "media")])
    $("sort").append(make("option", { value: field.name, textContent: field.label }));
  if (!GALLERY.count) $("nothing").hidden = false;
}

// ---- filters --------------------------------------------------------------------------------------------------------

function buildFilters() {
  $("filters").replaceChildren();
  for (const field of GALLERY.fields) {
    if (field.kind === "choice") $("filters").append(choiceFilter(field));
    if (field.kind === "number") $("filters").append(rangeFilter(field));
  }
}

function choiceFilter(field) {
  const counts = new Map();
  for (const value of columns[field.name]) counts.set(value, (counts.get(value) || 0) + 1);
  const box = make("fieldset", {}, make("legend", { textContent: field.label }));
  for (const [value, count] of [...counts].sort((a, b) => b[1] - a[1]).slice(0, 60)) {
    const input = make("input", { type: "checkbox" });
    input.dataset.field = field.name;
    input.dataset.value = value;
    input.onchange = () => {
      const wanted = state.filters.get(field.name) || new Set();
      input.checked ? wanted.add(value) : wanted.delete(value);
      wanted.size ? state.filters.set(field.name, wanted) : state.filters.delete(field.name);
      refresh();
    };
    box.append(make("label", {}, input, make("span", { textContent: value === "" ? "(none)" : value }), make("small", { textContent: count.toLocaleString() })));
  }
  return box;
}

function rangeFilter(field) {
  const values = columns[field.name].filter((value) => value !== null);
  let low = Infinity, high = -Infinity;
  for (const value of values) { if (value < low) low = value; if (value > high) high = value; }
  const box = make("fieldset", {}, make("legend", { textContent: field.label, title: field.sentence }));
  if (!values.length) return box;
  box.insertAdjacentHTML("beforeend", histogram(values, low, high));
  const ends = [low, high].map((end, i) => {
    const input = make("input", { type: "number", step: "any", placeholder: shown(end), ariaLabel: `${field.label} ${i ? "at most" : "at least"}` });
    input.dataset.field = field.name;
    input.oninput = () => {
      const [from, to] = ends.map((one) => (one.value === "" ? null : Number(one.value)));
      from === null && to === null ? state.filters.delete(field.name) : state.filters.set(field.name, [from ?? -Infinity, to ?? Infinity]);
      refresh();
    };
    return input;
  });
  box.append(make("div", { className: "range" }, ...ends));
  return box;
}

function histogram(values, low, high) {
  const bins = new Array(40).fill(0), width = (high - low) / bins.length || 1;
  for (const value of values) bins[Math.min(bins.length - 1, Math.floor((value - low) / width))] += 1;
  const top = Math.max(...bins);
  const bars = bins.map((count, i) => `<rect x="${i * 5}" y="${34 - (32 * count) / top}" width="4" height="${(32 * count) / top}" fill="#0072b2"/>`);
  return `<svg viewBox="0 0 200 34" preserveAspectRatio="none" aria-hidden="true">${bars.join("")}</svg>`;
}

function refresh() {
  const tests = [...state.filters].map(([name, wanted]) => {
    const column = columns[name];
    return wanted instanceof Set ? (i) => wanted.has(column[i]) : (i) => column[i] !== null && column[i] >= wanted[0] && column[i] <= wanted[1];
  });
  if (state.words) {
    const searched = ["id", ...GALLERY.fields.filter((field) => field.kind === "choice" || field.kind === "text").map((field) => field.name)];
    tests.push((i) => searched.some((name) => String(columns[name][i]).toLowerCase().includes(state.words)));
  }
  const order = [];
  for (let i = 0; i < state.rows; i++) if (tests.every((test) => test(i))) order.push(i);
  if (state.sort) {
    const column = columns[state.sort], sign = state.down ? -1 : 1;
    order.sort((a, b) => {
      if (column[a] === column[b]) return a - b;
      if (column[a] === null || column[b] === null) return column[a] === null ? 1 : -1; // what has no value comes last
      return sign * (column[a] < column[b] ? -1 : 1);
    });
  }
  state.order = order;
  state.focus = Math.min(state.focus, Math.max(0, order.length - 1));
  $("count").textContent = `${order.length.toLocaleString()} of ${GALLERY.count.toLocaleString()}`;
  for (const card of [...$("list").children]) card.remove();
  layout();
}

// ---- the list -------------------------------------------------------------------------------------------------------

function measure() {
  const [width, height] = GALLERY.poster, across = Math.max(1, Math.floor(($("main").clientWidth - MARGIN) / (width + 2 + MARGIN)));
  return { width, height, across, step: height + CAPTION + 2 + MARGIN };
}

function layout() {
  const { across, step } = measure(), lines = Math.ceil(state.order.length / across);
  $("list").style.height = `${lines * step + MARGIN}px`;
  const first = Math.max(0, Math.floor($("main").scrollTop / step) - 1), last = first + Math.ceil($("main").clientHeight / step) + 2;
  const wanted = new Set();
  for (let place = first * across; place < Math.min(last * across, state.order.length); place++) wanted.add(place);
  for (const card of [...$("list").children]) wanted.has(Number(card.dataset.place)) ? wanted.delete(Number(card.dataset.place)) : card.remove();
  for (const place of wanted) $("list").append(cardAt(place));
}

function cardAt(place) {
  const item = state.order[place], { width, height, across, step } = measure();
  const picture = make("div", { className: "picture" });
  picture.style.height = `${height}px`;
  const [sheet, index] = posterOf(item);
  if (sheet !== null) {
    picture.style.backgroundImage = `url("sheets/sheet_${String(sheet).padStart(4, "0")}.jpg")`;
    picture.style.backgroundPosition = `-${(index % GALLERY.columns) * width}px -${Math.floor(index / GALLERY.columns) * height}px`;
  }
  const tick = make("input", { type: "checkbox", checked: state.chosen.has(columns.id[item]), tabIndex: -1, ariaLabel: `choose ${columns.id[item]}` });
  tick.onclick = (event) => { event.stopPropagation(); choose(place, tick.checked, event.shiftKey); };
  const caption = make("div", { className: "caption", textContent: GALLERY.caption.map((name) => shown(columns[name][item])).filter(Boolean).join(" · ") });
  const card = make("div", { className: "card", tabIndex: place === state.focus ? 0 : -1 }, tick, picture, caption);
  card.setAttribute("role", "option");
  card.dataset.place = place;
  card.dataset.id = columns.id[item];
  card.classList.toggle("chosen", state.chosen.has(columns.id[item]));
  if (columns.reason && columns.reason[item]) { card.classList.add("dropped"); caption.dataset.reason = columns.reason[item]; }
  card.style.cssText = `left:${MARGIN + (place % across) * (width + 2 + MARGIN)}px;top:${MARGIN + Math.floor(place / across) * step}px;width:${width + 2}px`;
  card.onclick = () => { state.focus = place; open(place); };
  card.onmouseenter = () => play(picture, item);
  card.onmouseleave = () => picture.replaceChildren();
  return card;
}

const posterOf = (item) => (columns.poster && columns.poster[item] !== null ? [Math.floor(columns.poster[item] / GALLERY.per_sheet), columns.poster[item] % GALLERY.per_sheet] : [null, 0]);

function play(picture, item) {
  const film = GALLERY.fields.find((field) => field.kind === "media" && field.film);
  if (!film || !columns[film.name][item]) return;
  const video = make("video", { muted: true, loop: true, playsInline: true, preload: "none", src: GALLERY.root + columns[film.name][item] });
  picture.replaceChildren(video);
  video.play().catch(() => picture.replaceChildren());
}

function choose(place, wanted, range) {
  const [from, to] = range && state.anchor !== undefined ? [Math.min(place, state.anchor), Math.max(place, state.anchor)] : [place, place];
  for (let one = from; one <= to; one++) {
    const id = columns.id[state.order[one]];
    wanted ? state.chosen.add(id) : state.chosen.delete(id);
  }
  state.anchor = place;
  for (const card of $("list").children) {
    card.classList.toggle("chosen", state.chosen.has(card.dataset.id));
    card.querySelector("input").checked = state.chosen.has(card.dataset.id);
  }
  $("chosen").textContent = `${state.chosen.size.toLocaleString()} chosen`;
  $("export").disabled = !state.chosen.size;
}

// ---- one item, and the list of chosen ones ---------------------------------------------------------------------------

function open(place) {
  const item = state.order[place], media = make("div", { className: "media" });
  for (const field of GALLERY.fields.filter((field) => field.kind === "media")) {
    for (const path of [columns[field.name][item]].flat().filter(Boolean)) {
      const source = GALLERY.root + path;
      const shownNode = field.film ? make("video", { src: source, controls: true, loop: true, muted: true, autoplay: true, playsInline: true }) : make("img", { src: source, alt: field.label, className: field.pixels ? "pixels" : "" });
      media.append(make("figure", {}, shownNode, make("figcaption", { textContent: field.label })));
    }
  }
  const table = make("table", {});
  for (const field of GALLERY.fields.filter((field) => field.kind !== "media"))
    table.append(make("tr", {}, make("th", { textContent: field.label, title: field.sentence }), make("td", { textContent: shown(columns[field.name][item]) })));
  const close = make("button", { textContent: "close" });
  close.onclick = () => $("detail").close();
  $("detail").replaceChildren(make("div", { className: "body" }, make("p", {}, make("strong", { textContent: columns.id[item] }), " ", close), media, table));
  if (!$("detail").open) $("detail").showModal();
}

function exportIds() {
  const text = [...state.chosen].sort().join("\n") + "\n";
  const link = make("a", { download: "ids.txt", href: URL.createObjectURL(new Blob([text], { type: "text/plain" })), textContent: "save as ids.txt" });
  const close = make("button", { textContent: "close" });
  close.onclick = () => $("detail").close();
  const area = make("textarea", { value: text, readOnly: true, id: "ids" });
  const note = make("p", { className: "muted", textContent: GALLERY.use });
  $("detail").replaceChildren(make("div", { className: "body" }, make("p", {}, make("strong", { textContent: `${state.chosen.size.toLocaleString()} ids` }), " ", link, " ", close), note, area));
  $("detail").showModal();
  area.select();
}

const shown = (value) => (value === null || value === undefined ? "" : typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(4))) : Array.isArray(value) ? value.join(", ") : String(value));

// ---- keys -----------------------------------------------------------------------------------------------------------

function move(by) {
  const { across, step } = measure();
  state.focus = Math.max(0, Math.min(state.order.length - 1, state.focus + by));
  const top = MARGIN + Math.floor(state.focus / across) * step, main = $("main");
  if (top < main.scrollTop) main.scrollTop = top - MARGIN;
  if (top + step > main.scrollTop + main.clientHeight) main.scrollTop = top + step - main.clientHeight;
  layout();
  const card = [...$("list").children].find((node) => Number(node.dataset.place) === state.focus);
  if (card) { card.tabIndex = 0; card.focus(); }
}

document.addEventListener("keydown", (event) => {
  if (["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName) && event.target.type !== "checkbox") {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const across = measure().across, steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across, PageDown: 4 * across, PageUp: -4 * across, Home: -state.rows, End: state.rows };
  if (event.key === "/") { event.preventDefault(); $("search").focus(); return; }
  if ($("detail").open) {
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") { move(steps[event.key]); if ($("ids") === null) open(state.focus); event.preventDefault(); }
    return;
  }
  if (event.key in steps) { event.preventDefault(); move(steps[event.key]); }
  if (event.key === " " && state.order.length) { event.preventDefault(); choose(state.focus, !state.chosen.has(columns.id[state.order[state.focus]]), false); }
  if (event.key === "Enter" && state.order.length) open(state.focus);
});

window.addEventListener("DOMContentLoaded", () => {
  $("main").addEventListener("scroll", () => requestAnimationFrame(layout), { passive: true });
  window.addEventListener("resize", () => { for (const card of [...$("list").children]) card.remove(); layout(); });
  $("search").oninput = () => { state.words = $("search").value.trim().toLowerCase(); refresh(); };
  $("sort").onchange = () => { state.sort = $("sort").value; refresh(); };
  $("down").onclick = () => { state.down = !state.down; $("down").textContent = state.down ? "largest first" : "smallest first"; refresh(); };
  $("export").onclick = exportIds;
  $("all").onclick = () => { for (const item of state.order) state.chosen.add(columns.id[item]); choose(state.focus, state.order.length > 0, false); };
  $("none").onclick = () => { state.chosen.clear(); choose(state.focus, false, false); };
  GALLERY.chunks ? load(0) : (start(), refresh());
});
