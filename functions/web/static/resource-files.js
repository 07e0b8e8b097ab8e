// The list of files: choose, rename in place, reorder by drag and by keyboard, and a menu for each file.

const words = Armarium.words();
const SLOWEST = 20_000; // milliseconds between looks at files that are being prepared
const LOOKS = 60;
const the = (id) => document.getElementById(id);
const list = () => the("list");
const rows = () => Array.from(document.querySelectorAll("#list .file"));
const start = () => Number(list().dataset.start);
const label = (row) => row.querySelector(".file-label").textContent;

function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function tell(sentence) {
  the("live").textContent = sentence;
}

function failed(error) {
  Armarium.say(error.status === 412 ? say("conflict") : error.status === 401 ? say("signed_out") : error.message || say("offline"), true);
  tell("");
}

// The list as the server has it now; what is ticked stays so.

async function fetched() {
  const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(say("offline"));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function refresh(focus) {
  if (document.querySelector(".file-rename, .grabbed")) return;
  const ticked = new Set(chosen().map((row) => row.dataset.pid));
  const fresh = (await fetched()).getElementById("list");
  if (!fresh) return;
  list().replaceWith(document.adoptNode(fresh));
  the("file-count").textContent = say("files", { count: list().dataset.total });
  prepare();
  for (const row of rows()) row.querySelector(".file-tick").checked = ticked.has(row.dataset.pid);
  count();
  if (focus) document.querySelector(`#file-${focus.pid} ${focus.part}`)?.focus();
  look();
}

function prepare() {
  for (const each of list().querySelectorAll("[data-grab], [data-menu], [data-edit], .tick-all, #download-list")) each.hidden = false;
}

// Choosing

let lastTicked = null;

function chosen() {
  return rows().filter((row) => row.querySelector(".file-tick").checked);
}

function count() {
  const ticked = chosen().length;
  const all = the("tick-all");
  if (!all) return;
  all.checked = ticked > 0 && ticked === rows().length;
  all.indeterminate = ticked > 0 && !all.checked;
  the("chosen-count").textContent = ticked ? say("chosen", { count: ticked }) : say("choose_all");
}

function tick(box, range) {
  const boxes = rows().map((row) => row.querySelector(".file-tick"));
  const [from, to] = [boxes.indexOf(lastTicked), boxes.indexOf(box)].sort((one, other) => one - other);
  if (range && from >= 0) for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
  lastTicked = box;
  count();
}

function downloadList() {
  const picked = chosen();
  if (!picked.length) { Armarium.say(say("none_chosen"), true); return; }
  const quoted = (text) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const lines = picked.map((row) => [label(row), row.dataset.name, row.dataset.size, row.dataset.sha256, `${location.origin}/view/file/${row.dataset.pid}`]);
  const text = [["label", "name", "bytes", "sha256", "address"], ...lines].map((line) => line.map(quoted).join(",")).join("\r\n");
  const address = URL.createObjectURL(new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { href: address, download: "files.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// Renaming in place: Enter keeps, Escape does not

function rename(row) {
  const link = row.querySelector(".file-label");
  const was = link.textContent;
  const input = Object.assign(document.createElement("input"), { className: "form-control form-control-sm file-rename", value: was, dir: "auto" });
  input.setAttribute("aria-label", say("new_label", { label: was }));
  let over = false;
  const end = (text) => {
    if (over) return;
    over = true;
    link.textContent = text;
    input.replaceWith(link);
    row.querySelector("[data-edit]").focus();
  };
  const keep = async () => {
    if (over) return;
    const wanted = input.value.trim();
    if (!wanted || wanted === was) { end(was); return; }
    input.disabled = true;
    try {
      const { version } = await Armarium.api("PATCH", `${list().dataset.api}/files/${row.dataset.pid}`, { body: { label: wanted }, version: row.dataset.version });
      row.dataset.version = version;
      end(wanted);
      tell(say("renamed", { label: wanted }));
    } catch (error) {
      end(was);
      failed(error);
      if (error.status === 412) await refresh({ pid: row.dataset.pid, part: "[data-edit]" });
    }
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); keep(); }
    if (event.key === "Escape") end(was);
  });
  input.addEventListener("blur", () => { if (!input.disabled) keep(); });
  link.replaceWith(input);
  input.focus();
  input.select();
}

// Moving

async function move(row, place) {
  const pid = row.dataset.pid;
  try {
    await Armarium.api("PATCH", `${list().dataset.api}/files`, { body: { representation_file: [{ pid }], order: place } });
    await refresh({ pid, part: "[data-grab]" });
    tell(say("moved", { label: label(row), place }));
  } catch (error) {
    failed(error);
    await refresh({ pid, part: "[data-grab]" }).catch(failed);
  }
}

class Carried {
  constructor(row) {
    this.row = row;
    this.parent = row.parentElement;
    this.home = row.nextElementSibling;
    this.from = this.place;
    row.classList.add("grabbed");
    row.querySelector("[data-grab]").setAttribute("aria-pressed", "true");
  }

  get place() {
    return start() + rows().indexOf(this.row);
  }

  step(by) {
    const neighbour = by < 0 ? this.row.previousElementSibling : this.row.nextElementSibling;
    if (!neighbour) { tell(say("edge")); return; }
    if (by < 0) neighbour.before(this.row);
    else neighbour.after(this.row);
    this.focus();
    tell(say("at", { label: label(this.row), place: this.place }));
  }

  focus() {
    const handle = this.row.querySelector("[data-grab]");
    this.refocusing = true; // a moved element loses the focus for a moment
    handle.focus();
    this.refocusing = false;
    this.row.scrollIntoView({ block: "nearest" });
  }

  end() {
    this.row.classList.remove("grabbed");
    this.row.querySelector("[data-grab]").removeAttribute("aria-pressed");
    carried = null;
  }

  back() {
    this.parent.insertBefore(this.row, this.home);
    this.end();
    this.row.querySelector("[data-grab]").focus();
    tell(say("put_back", { label: label(this.row), place: this.from }));
  }

  drop() {
    const { place, from, row } = this;
    this.end();
    if (place === from) tell(say("put_back", { label: label(row), place }));
    else move(row, place);
  }
}

let carried = null;

function grabKey(event, row) {
  const keys = {
    " ": () => { if (carried) carried.drop(); else { carried = new Carried(row); tell(say("grabbed", { label: label(row), place: carried.place })); } },
    ArrowUp: () => carried?.step(-1),
    ArrowDown: () => carried?.step(1),
    Escape: () => carried?.back(),
  };
  keys.Enter = keys[" "];
  if (!keys[event.key] || (!carried && event.key !== " " && event.key !== "Enter")) return;
  event.preventDefault();
  keys[event.key]();
}

function drag(event, row) {
  if (event.button !== 0 || carried) return;
  const beginning = event.clientY;
  const over = () => {
    document.removeEventListener("pointermove", moved);
    for (const kind of ["pointerup", "pointercancel"]) document.removeEventListener(kind, ended);
    document.removeEventListener("keydown", escaped);
  };
  const moved = ({ clientY }) => {
    if (!carried && Math.abs(clientY - beginning) < 5) return;
    carried ??= Object.assign(new Carried(row), { byPointer: true });
    if (clientY < 60) window.scrollBy(0, -12);
    if (clientY > window.innerHeight - 60) window.scrollBy(0, 12);
    const under = rows().find((each) => { const box = each.getBoundingClientRect(); return each !== row && clientY >= box.top && clientY <= box.bottom; });
    if (!under) return;
    const box = under.getBoundingClientRect();
    if (clientY < box.top + box.height / 2) under.before(row);
    else under.after(row);
  };
  const ended = ({ type }) => {
    over();
    if (!carried) return;
    if (type === "pointerup") carried.drop();
    else carried.back();
  };
  const escaped = ({ key }) => { if (key === "Escape" && carried) { over(); carried.back(); } };
  document.addEventListener("pointermove", moved);
  for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, ended);
  document.addEventListener("keydown", escaped);
}

// The menu of a file

function entries(row) {
  const { pid } = row.dataset;
  const { here, api, total } = list().dataset;
  const place = Number(row.dataset.place);
  const act = (words, work) => work.then(() => { tell(words); Armarium.say(words); return refresh({ pid, part: "[data-menu]" }); }).catch(failed);
  return [
    ["rename", () => rename(row)],
    ["replace", () => document.dispatchEvent(new CustomEvent("resource:replace", { detail: { pid } }))],
    ...(place > 1 ? [["to_first", () => move(row, 1)], ["up", () => move(row, place - 1)]] : []),
    ...(place < Number(total) ? [["down", () => move(row, place + 1)], ["to_last", () => move(row, Number(total))]] : []),
    ["to_place", () => { for (const each of rows()) each.querySelector(".file-tick").checked = each === row; count(); the("place").focus(); }],
    ["download", `${here}/files/${pid}/download`],
    ["thumbnail", () => act(say("thumbnail_set"), Armarium.api("PATCH", api, { body: { thumbnail: pid } }))],
    ["details", `${here}/files/${pid}`],
    ["history", `${here}/history?file=${pid}`],
    ["derive", () => act(say("derive_asked"), Armarium.api("POST", `${api}/files/${pid}?op=derive`))],
    ["delete", () => { for (const each of rows()) each.querySelector(".file-tick").checked = each === row; the("selection").requestSubmit(the("selection").querySelector("[value=ask]")); }],
  ];
}

function closeMenu(focus) {
  const menu = the("file-menu");
  if (!menu) return;
  const button = menu.previousElementSibling;
  menu.remove();
  button.setAttribute("aria-expanded", "false");
  if (focus) button.focus();
}

function openMenu(button) {
  closeMenu(false);
  const row = button.closest(".file");
  const menu = Object.assign(document.createElement("div"), { id: "file-menu", className: "file-menu" });
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", button.getAttribute("aria-label"));
  for (const [name, what] of entries(row)) {
    const entry = document.createElement(typeof what === "string" ? "a" : "button");
    entry.textContent = say(`menu_${name}`);
    entry.setAttribute("role", "menuitem");
    entry.tabIndex = -1;
    if (typeof what === "string") entry.href = what;
    else { entry.type = "button"; entry.addEventListener("click", () => { closeMenu(true); what(); }); }
    menu.append(entry);
  }
  button.after(menu);
  button.setAttribute("aria-expanded", "true");
  if (menu.getBoundingClientRect().bottom > window.innerHeight) menu.classList.add("file-menu-up");
  menu.firstElementChild.focus();
}

function menuKey(event, menu) {
  const all = Array.from(menu.children);
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) { event.preventDefault(); all[to].focus(); }
  if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); closeMenu(true); }
}

// Files that are being prepared: looked at again, ever more rarely

let looking = null;
let looks = 0;

function look() {
  clearTimeout(looking);
  if (!rows().some((row) => row.dataset.status === "PENDING") || looks >= LOOKS) return;
  looking = setTimeout(prepared, Math.min(SLOWEST, 2500 * 1.15 ** looks));
  looks += 1;
}

async function prepared() {
  if (!document.hidden) {
    const fresh = await fetched().catch(() => null);
    for (const row of rows().filter((each) => each.dataset.status === "PENDING")) {
      const now = fresh?.getElementById(row.id);
      if (!now || now.dataset.status === "PENDING") continue;
      for (const part of [".file-picture", ".file-status", ".file-facts"]) row.querySelector(part).replaceWith(document.adoptNode(now.querySelector(part)));
      for (const name of ["status", "version", "sha256"]) row.dataset[name] = now.dataset[name];
    }
  }
  look();
}

// The page

if (list()) {
  const section = list().parentElement;
  section.addEventListener("click", (event) => {
    const row = event.target.closest(".file");
    if (event.target.closest("[data-edit]")) rename(row);
    else if (event.target.closest("[data-menu]")) {
      const button = event.target.closest("[data-menu]");
      if (button.getAttribute("aria-expanded") === "true") closeMenu(true);
      else openMenu(button);
    } else if (event.target.matches(".file-tick")) tick(event.target, event.shiftKey);
    else if (event.target.id === "tick-all") { for (const each of rows()) each.querySelector(".file-tick").checked = event.target.checked; count(); }
    else if (event.target.id === "download-list") downloadList();
  });
  section.addEventListener("keydown", (event) => {
    const row = event.target.closest(".file");
    const menu = event.target.closest("#file-menu");
    if (menu) menuKey(event, menu);
    else if (event.target.closest("[data-grab]")) grabKey(event, row);
    else if (row && event.key === "F2" && !event.target.matches("input")) rename(row);
    else if (event.target.id === "place" && event.key === "Enter") { event.preventDefault(); the("selection").requestSubmit(the("selection").querySelector("[value=move]")); }
  });
  section.addEventListener("pointerdown", (event) => { if (event.target.closest("[data-grab]")) drag(event, event.target.closest(".file")); });
  section.addEventListener("focusout", () => {
    if (!carried || carried.byPointer || carried.refocusing) return;
    setTimeout(() => { if (carried && !carried.row.contains(document.activeElement)) carried.back(); }); // who goes away lets go
  });
  section.addEventListener("submit", (event) => {
    if (event.target.id === "selection" && !chosen().length) { event.preventDefault(); Armarium.say(say("none_chosen"), true); }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest("#file-menu, [data-menu]")) closeMenu(false); });
  document.addEventListener("resource:changed", () => { looks = 0; refresh().catch(() => {}); });
  prepare();
  count();
  look();
}
