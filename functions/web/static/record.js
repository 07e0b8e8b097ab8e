// The rows of the record editor: adding, moving, duplicating, removing, pasting, and what a field means.
// Without this script the whole record is edited as text; both are sent to the same address.
"use strict";

(() => {
  const form = document.querySelector("[data-record]");
  const rows = document.getElementById("rows");
  if (!form || !rows) return;
  const words = Armarium.words();
  const marc = form.dataset.format === "marc21";
  const fresh = document.getElementById("new-row");
  const names = marc ? ["tag", "first", "second", "text"] : ["element", "scheme", "language", "value"];
  let made = 0;
  let saved = false;

  const part = (row, name) => row.querySelector(`[name="${name}"]`);
  const main = (row) => part(row, marc ? "text" : "value");
  const focusOn = (row) => (row.querySelector(".part-tag, .part-element") ?? row.querySelector("input, select, textarea")).focus();

  function say(text) {
    Armarium.say(text);
  }

  function newRow(values = {}) {
    const row = fresh.content.firstElementChild.cloneNode(true);
    const name = `about-new-${(made += 1)}`;
    row.querySelector(".row-name").id = name;
    for (const input of row.querySelectorAll("[aria-describedby]")) input.setAttribute("aria-describedby", name);
    for (const [key, value] of Object.entries(values)) setPart(part(row, key), value);
    withButtons(row);
    nameOf(row);
    return row;
  }

  function setPart(input, value) {
    if (input.tagName === "SELECT" && value && ![...input.options].some((option) => option.value === value)) {
      input.add(new Option(value, value));
    }
    input.value = value;
  }

  function valuesOf(row) {
    return Object.fromEntries(names.map((name) => [name, part(row, name).value]));
  }

  const steps = {
    add: (row) => { const added = newRow(); row.after(added); focusOn(added); say(words.added); },
    duplicate: (row) => { const added = newRow(valuesOf(row)); row.after(added); focusOn(added); say(words.added); },
    up: (row, from) => move(row, row.previousElementSibling, "before", from),
    down: (row, from) => move(row, row.nextElementSibling, "after", from),
    remove: (row) => {
      const next = row.nextElementSibling ?? row.previousElementSibling ?? steps.add(row) ?? row.nextElementSibling;
      row.remove();
      focusOn(next);
      say(words.removed);
    },
  };
  const keys = { Enter: "add", ArrowUp: "up", ArrowDown: "down", Delete: "remove" };

  function move(row, other, side, from) {
    if (!other) return;
    other[side](row);
    (from?.isConnected ? from : main(row)).focus();
    say(words.moved);
  }

  function withButtons(row) {
    const place = row.querySelector("[data-buttons]");
    for (const step of Object.keys(steps)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `row-${step}`; // its sign is drawn by the style sheet
      button.title = words[step];
      button.setAttribute("aria-label", words[step]);
      button.addEventListener("click", () => steps[step](row, button));
      place.append(button);
    }
    place.hidden = false;
  }

  rows.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || !event.altKey || event.ctrlKey || event.metaKey) return;
    const step = keys[event.key] ?? (event.code === "KeyD" ? "duplicate" : undefined);
    if (!step) return;
    event.preventDefault();
    steps[step](row, event.target);
  });

  // Lines as cataloguers copy them: each becomes a row.
  rows.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const lines = text.split(/\r?\n/).filter((line) => line.trim());
    let row = event.target.closest("[data-row]");
    if (!row || lines.length < 2) return;
    const read = lines.map(marc ? marcLine : coreLine);
    if (!read.every(Boolean)) return;
    event.preventDefault();
    for (const values of read) {
      const added = newRow(values);
      row.after(added);
      row = added;
    }
    focusOn(row);
    say(words.pasted);
  });

  function marcLine(line) {
    const found = /^\s*=?(\d{3}|LDR)\s{0,2}(.*)$/.exec(line);
    if (!found) return null;
    const [, tag, rest] = found;
    if (tag === "LDR" || tag.startsWith("00")) return { tag, text: rest };
    const inside = /^([0-9\\# ]{2})\s?(.*)$/.exec(rest) ?? [null, "  ", rest];
    const [first, second] = [...inside[1]].map((sign) => (/[\\# ]/.test(sign) ? "" : sign));
    return { tag, first, second, text: inside[2] };
  }

  function coreLine(line) {
    const found = /^\s*(?:(dc|dcterms):)?([A-Za-z]+)(?:\.(?:dcterms:)?([^@:\s]+))?(?:@([^:\s]+))?\s*:\s*(.*)$/.exec(line);
    if (!found) return null;
    const [, prefix = "dc", term, scheme = "", language = "", value] = found;
    return { element: `${prefix}:${term}`, scheme, language, value };
  }

  // What a field means: beside the line that has the focus.
  const side = document.getElementById("field-help");
  let table = {};
  if (marc) {
    fetch("/staff/field-help/marc21").then((answer) => (answer.ok ? answer.json() : {})).then((found) => { table = found; });
  }

  function line(place, tag, text, language) {
    const made = document.createElement(tag);
    made.textContent = text;
    if (language) { made.lang = language; made.dir = "ltr"; }
    place.append(made);
    return made;
  }

  function explain(row) {
    if (!marc) {
      const named = row.querySelector("[data-name]").textContent;
      if (!named) return;
      side.replaceChildren();
      line(side, "p", part(row, "element").value).className = "panel-heading";
      line(side, "p", named);
      return;
    }
    const tag = part(row, "tag").value;
    const rule = table[tag];
    if (!tag) return;
    side.replaceChildren();
    line(side, "p", rule ? `${tag} ${rule.name}` : tag, "en").className = "panel-heading";
    if (!rule) { line(side, "p", words.unknown); return; }
    line(side, "p", rule.repeatable ? words.repeatable : words.once);
    [words.first, words.second].forEach((name, place) => {
      const allowed = rule.indicators[place];
      if (allowed?.length) line(side, "p", `${name}: ${allowed.map((sign) => (sign === " " ? words.blank : sign)).join(", ")}`);
    });
    if (tag < "010") return;
    const list = document.createElement("dl");
    for (const [code, name] of Object.entries(rule.subfields)) {
      line(list, "dt", `$${code}`, "en");
      line(list, "dd", name, "en");
    }
    side.append(list);
  }

  function nameOf(row) {
    const place = row.querySelector("[data-name]");
    if (marc) place.textContent = table[part(row, "tag").value]?.name ?? (place.textContent || "");
    else place.textContent = elements[part(row, "element").value.split(":")[1]] ?? "";
  }

  const elements = words.elements ?? {};
  rows.addEventListener("focusin", (event) => { const row = event.target.closest("[data-row]"); if (row) explain(row); });
  rows.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || !["tag", "element"].includes(event.target.name)) return;
    row.querySelector("[data-name]").textContent = "";
    nameOf(row);
    explain(row);
  });

  for (const row of rows.children) withButtons(row);
  for (const hidden of document.querySelectorAll("[data-script]")) hidden.hidden = false;

  // What was typed is not lost by a wrong click.
  let touched = false;
  form.addEventListener("input", () => { touched = true; });
  form.addEventListener("submit", () => { saved = true; });
  window.addEventListener("beforeunload", (event) => { if (touched && !saved) event.preventDefault(); });
})();
