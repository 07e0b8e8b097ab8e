// What the scripts of staff pages share: the REST API with the page's token, and a line that is read out.
"use strict";

const Armarium = {
  // Asks the REST API as the person who signed in. `version` becomes If-Match. Answers the body, with `etag` of the answer;
  // throws an Error with `status`, `code` and the sentence of the API's error object.
  async api(method, path, { body, version, signal } = {}) {
    const headers = { Accept: "application/json", "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (version !== undefined) headers["If-Match"] = `"${version}"`;
    const answer = await fetch(`/almaws/v1${path}`, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
    const content = answer.status === 204 ? null : await answer.json().catch(() => null);
    if (answer.ok) return content;
    const problem = content?.errorList?.error?.[0];
    throw Object.assign(new Error(problem?.errorMessage ?? answer.statusText), { status: answer.status, code: problem?.errorCode });
  },

  // Says something to everybody: it is shown, and read out by a screen reader.
  say(words, bad = false) {
    const place = document.getElementById("said");
    place.textContent = words;
    place.classList.toggle("problem-box", bad);
    place.hidden = false;
  },

  // The words that the page gives to its script: <script type="application/json" id="words">.
  words() {
    return JSON.parse(document.getElementById("words").textContent);
  },
};

document.querySelector("[data-focus]")?.focus();
