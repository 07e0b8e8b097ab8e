// Offers titles, names and subjects while one types, as a combobox with a list (WAI-ARIA APG); without it the box is plain.
"use strict";

const PAUSE = 180; // milliseconds after the last key

class Suggestions {
  constructor(input) {
    this.input = input;
    this.list = document.createElement("ul");
    this.list.id = `${input.id}-suggestions`;
    this.list.className = "suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.dataset.offered);
    input.after(this.list);
    for (const [name, value] of Object.entries({ role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id })) input.setAttribute(name, value);
    input.addEventListener("input", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the box keeps the focus
      if (event.target.closest("li")) this.take(event.target.closest("li"));
    });
  }

  later() {
    clearTimeout(this.timer);
    this.asked?.abort();
    const words = this.input.value.trim();
    if (words.length < 2) return this.close();
    this.timer = setTimeout(() => this.ask(words), PAUSE);
  }

  async ask(words) {
    this.asked = new AbortController();
    try {
      const answer = await fetch(`${this.input.dataset.suggest}?q=${encodeURIComponent(words)}`, { signal: this.asked.signal });
      if (answer.ok && document.activeElement === this.input) this.show(await answer.json());
    } catch {
      this.close(); // typing went on, or there is no connection: the box works without
    }
  }

  show(offered) {
    this.list.replaceChildren(...offered.map((words, at) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dir = "auto";
      option.textContent = words;
      return option;
    }));
    this.open(offered.length > 0);
  }

  open(whether) {
    this.list.hidden = !whether;
    this.input.setAttribute("aria-expanded", String(whether));
    if (!whether) this.choose(null);
  }

  close() {
    clearTimeout(this.timer);
    this.open(false);
  }

  choose(option) {
    this.list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  take(option) {
    this.input.value = `"${option.textContent.replaceAll('"', " ")}"`;
    this.close();
    this.input.form.requestSubmit();
  }

  key(event) {
    if (this.list.hidden || event.isComposing) return;
    const options = [...this.list.children];
    const chosen = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const to = { ArrowDown: (chosen + 1) % options.length, ArrowUp: (chosen <= 0 ? options.length : chosen) - 1 }[event.key];
    if (to !== undefined) this.choose(options[to]);
    else if (event.key === "Enter" && chosen >= 0) this.take(options[chosen]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }
}

for (const input of document.querySelectorAll("[data-suggest]")) new Suggestions(input);

// Facets stand open where there is room beside the hits, and are folded on a telephone.
const wide = matchMedia("(min-width: 55rem)");
for (const fold of document.querySelectorAll("[data-open-wide]")) {
  fold.open = wide.matches;
  wide.addEventListener("change", () => { fold.open = wide.matches; });
}

// A list of numbers out of a file on this computer goes into the box beside it, where it can be looked at before it is sent.
for (const chooser of document.querySelectorAll("[data-read-into]")) {
  chooser.closest("[hidden]")?.removeAttribute("hidden");
  chooser.addEventListener("change", async () => {
    const [file] = chooser.files;
    if (file) document.getElementById(chooser.dataset.readInto).value = await file.text();
  });
}

// Ticks every row of a table at once.
for (const all of document.querySelectorAll("[data-tick-all]")) {
  all.closest("[hidden]")?.removeAttribute("hidden");
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll(`input[name="${all.dataset.tickAll}"]`)) box.checked = all.checked;
  });
}
