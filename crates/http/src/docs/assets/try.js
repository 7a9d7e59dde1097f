// "Try it": a form made of the parameters on the page, which calls this server with the reader's credentials.
// They are kept for this tab only (sessionStorage), and are sent in a header, never in an address.
"use strict";

const session = {
  get(key) {
    try { return sessionStorage.getItem(key) ?? ""; } catch { return ""; }
  },
  set(key, value) {
    try { sessionStorage.setItem(key, value); } catch { /* Then for this page only. */ }
  },
};

/** Puts the account into the examples, or the variable again when there is none. */
function fillAccount(account) {
  for (const place of document.querySelectorAll("[data-account]")) {
    place.textContent = account || "$TWILIO_ACCOUNT_SID";
  }
  for (const code of document.querySelectorAll(".needs code[data-language=sh]")) {
    code.textContent = code.textContent.replace(/ACCOUNT_SID=\S+/, `ACCOUNT_SID=${account || "AC…"}`);
  }
}

/** A field of the form. */
function field(id, name, input, isRequired) {
  input.id = id;
  const label = make("label", { for: id }, name);
  if (isRequired) {
    label.append(make("b", { "aria-hidden": "true" }, " *"));
    input.required = true;
  }
  return make("div", { class: "row" }, label, input);
}

/** The input of a parameter; lists take a value a line. */
function inputOf({ kind, values, example }) {
  const value = example && !example.startsWith("$") ? example : "";
  if (kind.endsWith("[]")) return make("textarea", { rows: 1, "data-list": true }, value);
  const words = values ? values.split(",") : kind === "boolean" ? ["true", "false"] : null;
  if (!words) return make("input", { type: "text", value, autocomplete: "off", spellcheck: "false" });
  const select = make("select", {}, make("option", { value: "" }, ""), ...words.map((word) => make("option", { value: word }, word)));
  select.value = value;
  return select;
}

function tryIt(section) {
  const article = document.querySelector("article.operation");
  const method = article.dataset.method;
  const template = article.querySelector(".paths code").textContent;
  const account = make("input", { type: "text", autocomplete: "off", spellcheck: "false", placeholder: "AC… or SK…", value: session.get("dwell-account") });
  const token = make("input", { type: "password", autocomplete: "off", value: session.get("dwell-token") });
  const parameters = [...article.querySelectorAll("[data-in]")].map((row) => ({ ...row.dataset, isRequired: "required" in row.dataset }));
  const inputs = parameters.map((parameter) => [parameter, inputOf(parameter)]);
  const rows = inputs.map(([parameter, input], place) => [parameter, field(`try-${place}`, parameter.name, input, parameter.isRequired)]);
  const isUsual = (parameter) => parameter.isRequired || parameter.example;
  const usual = rows.filter(([parameter]) => isUsual(parameter)).map(([, row]) => row);
  const rare = rows.filter(([parameter]) => !isUsual(parameter)).map(([, row]) => row);
  const output = make("output", { "aria-live": "polite" });

  function request() {
    const filled = inputs.flatMap(([parameter, input]) => {
      const given = "list" in input.dataset ? input.value.split("\n") : [input.value];
      return given.filter((value) => value !== "").map((value) => [parameter, value]);
    });
    let path = template;
    const query = new URLSearchParams();
    const form = new URLSearchParams();
    const headers = { Authorization: `Basic ${btoa(`${account.value.trim()}:${token.value.trim()}`)}` };
    for (const [{ name, in: place }, value] of filled) {
      if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(value));
      else if (place === "query") query.append(name, value);
      else if (place === "header") headers[name] = value;
      else form.append(name, value);
    }
    const address = `${root}${path}${query.size ? `?${query}` : ""}`;
    return [address, { method, headers, body: form.size ? form : undefined, cache: "no-store", credentials: "omit" }];
  }

  async function send(event) {
    event.preventDefault();
    session.set("dwell-account", account.value.trim());
    session.set("dwell-token", token.value.trim());
    fillAccount(account.value.trim());
    output.replaceChildren(make("p", { class: "note" }, "Waiting for the answer…"));
    try {
      const began = performance.now();
      const [address, options] = request();
      const answer = await fetch(address, options);
      const text = await answer.text();
      const milliseconds = Math.round(performance.now() - began);
      const outcome = make("span", { class: `outcome ${answer.ok ? "good" : "bad"}` }, `${answer.status} ${answer.statusText}`);
      const parts = [make("p", {}, outcome, ` in ${milliseconds} ms`)];
      if (text) {
        let shown = text;
        try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* Not JSON: as it is. */ }
        const block = make("div", { class: "code" }, make("pre", { tabindex: "0" }, make("code", {}, shown)));
        copyButton(block);
        parts.push(block);
        const code = answer.ok ? null : JSON.parse(text).code;
        if (code) parts.push(make("p", {}, make("a", { href: `${root}/docs/errors/${code}` }, `What ${code} means`)));
      }
      output.replaceChildren(...parts);
    } catch (problem) {
      output.replaceChildren(make("p", { class: "outcome bad" }, `No answer: ${problem.message}`));
    }
  }

  const form = make("form", { onsubmit: send, autocomplete: "off" },
    field("try-account", "Account SID or key", account, true),
    field("try-token", "Auth token or secret", token, true),
    ...usual);
  if (rare.length) form.append(make("details", {}, make("summary", {}, `${rare.length} more parameters`), ...rare));
  const note = method === "GET" ? "Reads from this server." : "Changes data on this server.";
  form.append(make("div", { class: "actions" }, make("button", { class: "primary" }, `Send ${method}`), make("span", { class: "note" }, note)), output);
  section.append(make("p", { class: "note" }, "Calls this server. What you type stays in this tab."), form);
  section.hidden = false;
  account.addEventListener("input", () => fillAccount(account.value.trim()));
  fillAccount(session.get("dwell-account"));
}

document.querySelectorAll("#try").forEach(tryIt);
