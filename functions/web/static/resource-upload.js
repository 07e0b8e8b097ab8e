// Uploads to a representation: a queue of files, each checked (SHA-256), sent to S3 in parts, and finished in its turn.
// A file that was begun before, on whichever day and machine, goes on with the parts that are missing.

const FILES_AT_ONCE = 3;
const PARTS_AT_ONCE = 3;
const LINKS_AT_ONCE = 20;
const TRIES = 6;
const LONGEST_PAUSE = 30_000; // milliseconds between tries
const SHOWN = 50; // failed files
const REFRESH_EVERY = 20_000; // milliseconds, of the list of files while a long queue runs
const IGNORED = /(^|\/)(\.[^/]*|Thumbs\.db|desktop\.ini)$/i;

const panel = document.getElementById("upload");
const words = Armarium.words();
const language = document.documentElement.lang;
const byName = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
const the = (id) => document.getElementById(id);
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// Words for amounts

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

function size(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const options = { style: "unit", unit: UNITS[power], unitDisplay: power ? "short" : "long", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(language, options).format(bytes / 1000 ** power);
}

function duration(seconds) {
  const [amount, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  const options = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: unit === "hour" ? 1 : 0 };
  return new Intl.NumberFormat(language, options).format(amount);
}

// Trying again

class Stopped extends Error {}

class Problem extends Error {} // in words for people, and not worth another try

function isPassing(error) {
  return !(error instanceof Stopped || error instanceof Problem) && (!error.status || error.status === 429 || error.status >= 500);
}

async function patiently(work) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (attempt === TRIES) throw new Problem(error.status ? error.message : say("offline"));
      await wait(Math.min(LONGEST_PAUSE, 500 * 2 ** attempt) * (0.5 + Math.random()));
    }
  }
}

// At most so many at a time

class Gate {
  constructor(places) {
    this.free = places;
    this.queue = [];
  }

  async through(work) {
    if (this.free) this.free -= 1;
    else await new Promise((resolve) => this.queue.push(resolve));
    try {
      return await work();
    } finally {
      if (this.queue.length) this.queue.shift()();
      else this.free += 1;
    }
  }
}

// Checksums

class Checksums {
  constructor(address) {
    this.address = address;
    this.waiting = new Map();
    this.last = 0;
  }

  of(item) {
    this.worker ??= this.begin();
    const id = (this.last += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { item, resolve, reject });
      item.signal.addEventListener("abort", () => {
        this.worker.postMessage({ id, cancel: true });
        this.waiting.delete(id);
        reject(new Stopped());
      }, { once: true });
      this.worker.postMessage({ id, file: item.file });
    });
  }

  begin() {
    const worker = new Worker(this.address, { type: "module" });
    worker.addEventListener("message", ({ data }) => {
      const asked = this.waiting.get(data.id);
      if (!asked) return;
      if (data.read) {
        asked.item.checked = data.read;
        return;
      }
      this.waiting.delete(data.id);
      if (data.sha256) asked.resolve(data.sha256);
      else asked.reject(new Problem(say("unreadable")));
    });
    worker.addEventListener("error", () => {
      for (const asked of this.waiting.values()) asked.reject(new Problem(say("no_worker")));
      this.waiting.clear();
    });
    return worker;
  }
}

// One file

class Item {
  constructor(file, path, replaces = "") {
    this.file = file;
    this.path = path;
    this.replaces = replaces;
    this.reset();
  }

  get key() {
    return [this.path, this.file.size, this.file.lastModified, this.replaces].join("\n");
  }

  get isActive() {
    return ["checking", "sending", "turn", "finishing"].includes(this.state);
  }

  get isOver() {
    return ["done", "known", "failed", "cancelled"].includes(this.state);
  }

  get sent() {
    return this.arrived + Array.from(this.underway.values()).reduce((sum, bytes) => sum + bytes, 0);
  }

  reset() {
    this.state = "waiting";
    this.checked = 0;
    this.arrived = 0;
    this.underway = new Map();
    this.problem = "";
    this.aborter = new AbortController();
    this.signal = this.aborter.signal;
    this.settled = new Promise((resolve) => { this.settle = resolve; });
  }
}

// The queue

class Uploads {
  constructor(api, worker) {
    this.api = api;
    this.checksums = new Checksums(worker);
    this.parts = new Gate(PARTS_AT_ONCE);
    this.items = [];
    this.next = 0;
    this.lanes = 0;
    this.tally = { count: 0, bytes: 0, done: 0, known: 0, failed: 0, sent: 0 };
    this.paused = null; // a promise while it lasts
  }

  get isBusy() {
    return this.lanes > 0;
  }

  add(items) {
    const there = new Set(this.items.filter((item) => !item.isOver || item.state === "done").map((item) => item.key));
    const fresh = items.filter((item) => !there.has(item.key)).sort((one, other) => byName.compare(one.path, other.path));
    for (const item of fresh) this.push(item);
    this.run();
    return fresh.length;
  }

  push(item) {
    item.before = this.items.at(-1)?.settled ?? Promise.resolve();
    this.items.push(item);
    this.tally.count += 1;
    this.tally.bytes += item.file.size;
  }

  run() {
    while (this.lanes < FILES_AT_ONCE && this.lanes < this.items.length - this.next) this.lane();
  }

  async lane() {
    this.lanes += 1;
    while (this.next < this.items.length) {
      const item = this.items[this.next];
      this.next += 1;
      if (item.state === "waiting") await this.upload(item);
    }
    this.lanes -= 1;
  }

  async upload(item) {
    try {
      await this.attempt(item);
    } catch (error) {
      item.state = error instanceof Stopped || item.signal.aborted ? "cancelled" : "failed";
      item.problem = error.status === 401 ? say("signed_out") : error.message;
      if (item.state === "failed") this.tally.failed += 1;
    }
    item.arrived = item.state === "done" || item.state === "known" ? item.file.size : 0;
    item.underway.clear();
    this.tally.sent += item.arrived;
    item.settle();
  }

  async attempt(item) {
    if (!item.file.size) throw new Problem(say("empty"));
    item.state = "checking";
    await this.unpaused(item);
    item.sha256 ??= await this.checksums.of(item);
    const begun = await patiently(() => this.begin(item));
    if (!begun.finished && !begun.processing) await this.send(item, begun);
    item.state = "turn";
    await item.before;
    if (item.signal.aborted) throw new Stopped();
    if (begun.finished) {
      item.state = "known";
      this.tally.known += 1;
      return;
    }
    item.state = "finishing";
    await this.finish(item, begun.id);
    item.state = "done";
    this.tally.done += 1;
  }

  begin(item) {
    const body = { name: item.file.name, size: item.file.size, sha256: item.sha256 };
    if (item.replaces) body.replaces = item.replaces;
    return Armarium.api("POST", this.api, { body, signal: item.signal });
  }

  async send(item, begun) {
    item.id = begun.id;
    item.state = "sending";
    const there = await patiently(() => this.there(begun.id));
    item.arrived = Array.from(there.values()).reduce((sum, bytes) => sum + bytes, 0);
    const missing = [];
    for (let number = 1; number <= begun.part_count; number += 1) if (!there.has(number)) missing.push(number);
    const links = new Map();
    let next = 0;
    const sender = async () => {
      while (next < missing.length) {
        const number = missing[next];
        next += 1;
        await this.parts.through(() => this.part(item, begun, number, links));
      }
    };
    const sending = Array.from({ length: PARTS_AT_ONCE }, sender);
    const outcomes = await Promise.allSettled(sending.map((each) => each.catch((error) => { next = missing.length; throw error; })));
    const failed = outcomes.find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
  }

  // The parts that have arrived, number → bytes; a thousand a request.
  async there(id) {
    const found = new Map();
    for (let after = 0; after !== null;) {
      const answer = await Armarium.api("GET", `${this.api}/${id}?after=${after}`);
      for (const part of answer.part ?? []) found.set(part.number, part.size);
      after = answer.after ?? null;
    }
    return found;
  }

  part(item, begun, number, links) {
    const start = (number - 1) * begun.part_size;
    const bytes = item.file.slice(start, Math.min(start + begun.part_size, item.file.size));
    return patiently(async () => {
      await this.unpaused(item);
      if (!links.has(number)) await this.link(begun.id, number, links);
      try {
        await this.put(item, links.get(number), bytes, number);
      } catch (error) {
        links.delete(number); // it may have run out
        if (this.paused && !item.signal.aborted) return this.part(item, begun, number, links);
        throw error;
      }
    });
  }

  async link(id, number, links) {
    const answer = await Armarium.api("POST", `${this.api}/${id}?op=links&first=${number}&count=${LINKS_AT_ONCE}`);
    for (const part of answer.part) if (!links.has(part.number)) links.set(part.number, part.url);
  }

  put(item, address, bytes, number) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const stop = () => request.abort();
      const over = (settle, value) => {
        item.underway.delete(number);
        item.signal.removeEventListener("abort", stop);
        this.requests.delete(request);
        settle(value);
      };
      request.open("PUT", address);
      request.timeout = 15 * 60_000;
      request.upload.onprogress = ({ loaded }) => item.underway.set(number, Math.min(loaded, bytes.size));
      request.onload = () => {
        if (request.status === 200) {
          item.arrived += bytes.size;
          over(resolve);
        } else over(reject, Object.assign(new Error(say("refused")), { status: request.status === 403 ? 503 : request.status }));
      };
      request.onerror = request.ontimeout = () => over(reject, new Error(say("offline")));
      request.onabort = () => over(reject, item.signal.aborted ? new Stopped() : new Error(say("paused")));
      item.signal.addEventListener("abort", stop, { once: true });
      this.requests.add(request);
      request.send(bytes);
    });
  }

  requests = new Set();

  // Large files are put together behind the scenes: ask until that is done.
  async finish(item, id) {
    let answer = await patiently(() => Armarium.api("POST", `${this.api}/${id}?op=finish`, { signal: item.signal }));
    for (let pause = 1000; !answer.representation_file && !answer.finished; pause = Math.min(pause * 1.5, 15_000)) {
      if (answer.problem) throw new Problem(answer.problem);
      await wait(pause);
      if (item.signal.aborted) throw new Stopped();
      answer = await patiently(() => Armarium.api("GET", `${this.api}/${id}`));
    }
  }

  async unpaused(item) {
    if (this.paused) await this.paused;
    if (item.signal.aborted) throw new Stopped();
  }

  pause() {
    this.paused = new Promise((resolve) => { this.go = resolve; });
    for (const request of this.requests) request.abort();
  }

  resume() {
    this.paused = null;
    this.go?.();
  }

  // Stops everything; what was begun and not finished is thrown away.
  async cancel() {
    const open = this.items.filter((item) => !item.isOver);
    for (const item of open) {
      if (item.state === "waiting") { item.state = "cancelled"; item.settle(); }
      item.aborter.abort();
    }
    this.resume();
    const begun = open.filter((item) => item.id);
    await Promise.allSettled(begun.map((item) => Armarium.api("DELETE", `${this.api}/${item.id}`)));
  }

  retry() {
    const failed = this.items.filter((item) => item.state === "failed");
    this.tally.failed -= failed.length;
    for (const item of failed) {
      this.tally.count -= 1;
      this.tally.bytes -= item.file.size;
      item.reset();
      this.items.splice(this.items.indexOf(item), 1);
      this.next -= 1;
      this.push(item);
    }
    this.run();
  }

  forget() {
    this.items = [];
    this.next = 0;
    this.tally = { count: 0, bytes: 0, done: 0, known: 0, failed: 0, sent: 0 };
  }
}

// What is shown

class Panel {
  constructor(uploads) {
    this.uploads = uploads;
    this.rows = new Map();
    this.samples = [];
    this.announced = -1;
    this.refreshed = 0;
  }

  show() {
    the("progress").hidden = false;
    the("dismiss").hidden = true;
    for (const id of ["pause", "cancel"]) the(id).hidden = false;
    the("resume").hidden = true;
    this.announced = -1;
    this.refreshed = Date.now();
    this.timer ??= setInterval(() => this.draw(), 250);
    this.draw();
  }

  draw() {
    const { items, tally } = this.uploads;
    const active = items.slice(Math.max(0, this.uploads.next - 2 * FILES_AT_ONCE), this.uploads.next).filter((item) => item.isActive);
    const sent = tally.sent + active.reduce((sum, item) => sum + item.sent, 0);
    const over = tally.done + tally.known;
    the("upload-bar").value = tally.bytes ? (100 * sent) / tally.bytes : 0;
    const amounts = { done: over, count: tally.count, sent: size(sent), bytes: size(tally.bytes) };
    the("upload-sum").textContent = say("sum", amounts) + this.pace(sent, tally.bytes);
    the("upload-state").textContent = say(this.uploads.paused ? "state_paused" : this.uploads.isBusy ? "state_running" : "state_over");
    this.drawActive(active);
    this.drawFailed(items, tally.failed);
    this.announce(tally, sent);
    if (over && Date.now() - this.refreshed > REFRESH_EVERY) this.changed();
    if (!this.uploads.isBusy) this.end(tally);
  }

  pace(sent, bytes) {
    const now = Date.now();
    this.samples = [...this.samples.filter(([at]) => now - at < 10_000), [now, sent]];
    const [at, before] = this.samples[0];
    const speed = (1000 * (sent - before)) / Math.max(now - at, 1);
    if (this.uploads.paused || now - at < 1000 || speed <= 0 || sent >= bytes) return "";
    return say("pace", { speed: size(speed), left: duration(Math.ceil((bytes - sent) / speed)) });
  }

  drawActive(active) {
    for (const [item, row] of this.rows) if (!active.includes(item)) { row.line.remove(); this.rows.delete(item); }
    for (const item of active) {
      const row = this.rows.get(item) ?? this.row(item);
      row.bar.value = item.state === "checking" ? item.checked / item.file.size : item.sent / item.file.size;
      row.state.textContent = say(`item_${item.state}`);
    }
  }

  row(item) {
    const line = document.createElement("li");
    const name = Object.assign(document.createElement("bdi"), { textContent: item.path });
    const state = Object.assign(document.createElement("span"), { className: "soft" });
    const bar = Object.assign(document.createElement("progress"), { max: 1 });
    bar.setAttribute("aria-label", item.path);
    line.append(name, state, bar);
    the("upload-active").append(line);
    const row = { line, state, bar };
    this.rows.set(item, row);
    return row;
  }

  drawFailed(items, count) {
    if (the("upload-failed").dataset.count === String(count)) return;
    the("upload-failed").dataset.count = count;
    the("upload-failed").hidden = !count;
    const lines = items.filter((item) => item.state === "failed").slice(0, SHOWN).map((item) => {
      const line = document.createElement("li");
      line.append(Object.assign(document.createElement("bdi"), { textContent: item.path }));
      line.append(Object.assign(document.createElement("span"), { className: "problem", textContent: item.problem, dir: "auto" }));
      return line;
    });
    if (count > SHOWN) lines.push(Object.assign(document.createElement("li"), { textContent: say("more", { count: count - SHOWN }) }));
    the("failed-list").replaceChildren(...lines);
    if (count) this.tell(say("some_failed", { count }));
  }

  // Read out at the beginning, at each quarter and at the end: no more.
  announce(tally, sent) {
    const quarter = tally.bytes ? Math.floor((4 * sent) / tally.bytes) : 0;
    if (quarter === this.announced || !this.uploads.isBusy) return;
    this.announced = quarter;
    this.tell(say("announce", { percent: 25 * quarter, count: tally.count }));
  }

  tell(sentence) {
    the("live").textContent = sentence;
  }

  changed() {
    this.refreshed = Date.now();
    document.dispatchEvent(new CustomEvent("resource:changed"));
  }

  end(tally) {
    clearInterval(this.timer);
    this.timer = null;
    this.samples = [];
    const words = say("over", { done: tally.done, known: tally.known, failed: tally.failed });
    the("upload-sum").textContent = words;
    this.tell(words);
    for (const id of ["pause", "resume", "cancel"]) the(id).hidden = true;
    the("dismiss").hidden = false;
    this.changed();
  }
}

// Files and folders that are dropped

async function dropped(transfer) {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return Array.from(transfer.files, (file) => new Item(file, file.name));
  const found = [];
  for (const entry of entries) await gather(entry, found);
  return found;
}

async function gather(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push(new Item(file, entry.fullPath.replace(/^\//, "")));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
    if (!some.length) return;
    for (const each of some) await gather(each, found);
  }
}

// The page

if (panel) {
  const uploads = new Uploads(panel.dataset.api, panel.dataset.worker);
  const shown = new Panel(uploads);
  const drop = the("drop");
  let replacing = "";
  panel.hidden = false;
  the("no-script").hidden = true;

  const take = (items) => {
    const wanted = items.filter((item) => !IGNORED.test(item.path));
    if (!uploads.isBusy && !uploads.tally.failed) uploads.forget();
    const fresh = uploads.add(wanted);
    if (fresh) shown.show();
    else Armarium.say(say("nothing_new"));
  };
  const picked = (input) => {
    take(Array.from(input.files, (file) => new Item(file, file.webkitRelativePath || file.name)));
    input.value = "";
  };

  the("choose-files").addEventListener("click", () => the("file-input").click());
  the("choose-folder").addEventListener("click", () => the("folder-input").click());
  the("file-input").addEventListener("change", ({ target }) => picked(target));
  the("folder-input").addEventListener("change", ({ target }) => picked(target));
  the("replace-input").addEventListener("change", ({ target }) => {
    take(Array.from(target.files, (file) => new Item(file, file.name, replacing)));
    target.value = "";
  });
  document.addEventListener("resource:replace", ({ detail }) => {
    replacing = detail.pid;
    the("replace-input").click();
  });

  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      drop.classList.add("drop-here");
    });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("drop-here"); });
  document.addEventListener("drop", async (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.remove("drop-here");
    try {
      take(await dropped(event.dataTransfer));
    } catch {
      Armarium.say(say("unreadable"), true);
    }
  });

  const pausing = (paused) => {
    the("pause").hidden = paused;
    the("resume").hidden = !paused;
    the(paused ? "resume" : "pause").focus();
    shown.draw();
  };
  the("pause").addEventListener("click", () => { uploads.pause(); pausing(true); });
  the("resume").addEventListener("click", () => { uploads.resume(); pausing(false); });
  the("cancel").addEventListener("click", () => { if (window.confirm(say("cancel_ask"))) uploads.cancel(); });
  the("retry").addEventListener("click", () => { uploads.retry(); shown.show(); });
  the("dismiss").addEventListener("click", () => {
    uploads.forget();
    the("upload-failed").hidden = true;
    the("progress").hidden = true;
    the("choose-files").focus();
  });
  window.addEventListener("beforeunload", (event) => { if (uploads.isBusy) event.preventDefault(); });
}
