// What scripts add to pages that are whole without them: the theme, copying, languages as tabs, results while
// one types. Nothing is written as HTML.
"use strict";

const root = document.body.dataset.root;

/** Makes an element with attributes and children. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** What is kept in this browser, where that is allowed. */
const kept = {
  get(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem(key, value); } catch { /* Then not. */ }
  },
};

function theme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const now = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  const button = make("button", { type: "button", class: "theme" });
  const show = () => {
    const next = now() === "dark" ? "light" : "dark";
    button.textContent = next === "dark" ? "Dark" : "Light";
    button.setAttribute("aria-label", `Use the ${next} theme`);
  };
  button.addEventListener("click", () => {
    const next = now() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    kept.set("dwell-theme", next);
    show();
  });
  dark.addEventListener("change", show);
  show();
  document.querySelector(".tools").append(button);
}

/** A button that copies what a block of code says. */
function copyButton(block) {
  const button = make("button", { type: "button", class: "copy" }, "Copy");
  const tell = (text) => {
    button.textContent = text;
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  };
  button.addEventListener("click", async () => {
    const code = block.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      tell("Copied");
    } catch {
      // Without permission, or not over HTTPS: the text is marked, to be copied with the keyboard.
      getSelection().selectAllChildren(code);
      tell("Marked");
    }
  });
  block.append(button);
}

/** The examples of one request, a tab for each language; the language is remembered. */
function tabs(section) {
  const panels = [...section.querySelectorAll(".example")];
  const list = make("div", { class: "tabs", role: "tablist", "aria-label": "Language" });
  const buttons = panels.map((panel, place) => {
    const title = panel.dataset.title;
    panel.id = `example-${place}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-label", title);
    return make("button", { type: "button", role: "tab", "aria-controls": panel.id, onclick: () => choose(place) }, title);
  });
  function choose(chosen) {
    buttons.forEach((button, place) => {
      button.setAttribute("aria-selected", String(place === chosen));
      button.tabIndex = place === chosen ? 0 : -1;
      panels[place].hidden = place !== chosen;
    });
    kept.set("dwell-language", panels[chosen].dataset.title);
  }
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
    choose(next);
    buttons[next].focus();
    event.preventDefault();
  });
  list.append(...buttons);
  panels[0].before(list);
  section.classList.add("tabbed");
  choose(Math.max(0, panels.findIndex((panel) => panel.dataset.title === kept.get("dwell-language"))));
}

/** Results below the search field while one types. */
function search(form) {
  const input = form.querySelector("input");
  const list = make("ul", { class: "found", id: "found", role: "listbox", "aria-label": "Results", hidden: true });
  let asked = 0;
  let timer;
  form.append(list);
  for (const [key, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list" })) {
    input.setAttribute(key, value);
  }
  const options = () => [...list.children];
  const chosen = () => list.querySelector("[aria-selected=true]");
  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }
  function show(hits) {
    list.replaceChildren(...hits.map((hit, place) => {
      const open = () => { location.href = `${root}/docs/${hit.address}`; };
      const attributes = { role: "option", id: `found-${place}`, "aria-selected": "false", "data-address": hit.address };
      const option = make("li", attributes, make("b", {}, hit.title), make("span", {}, `${hit.kind} · ${hit.excerpt}`));
      option.addEventListener("mousedown", open);
      return option;
    }));
    if (!hits.length) return close();
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }
  async function ask() {
    const number = ++asked;
    const query = input.value.trim();
    if (!query) return close();
    try {
      const answer = await fetch(`${root}/docs/search.json?q=${encodeURIComponent(query)}`);
      const hits = await answer.json();
      if (number === asked) show(hits);
    } catch {
      close();
    }
  }
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 80);
  });
  input.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "Escape" && !list.hidden) {
      // Closes the list; once more, and the browser empties the field.
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && chosen() && !list.hidden) {
      event.preventDefault();
      location.href = `${root}/docs/${chosen().dataset.address}`;
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && !list.hidden && all.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = chosen() ? all.indexOf(chosen()) : step > 0 ? -1 : 0;
      choose(all[(from + step + all.length) % all.length]);
    }
  });
  input.addEventListener("blur", close);
  document.addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
}

/** On a phone the menu covers the page until it is left. */
function menu() {
  const nav = document.getElementById("nav");
  const open = document.querySelector(".menu");
  const close = nav.querySelector(".close");
  open.addEventListener("click", (event) => {
    event.preventDefault();
    nav.classList.add("open");
    close.focus();
  });
  const leave = () => {
    nav.classList.remove("open");
    open.focus();
  };
  close.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  nav.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && nav.classList.contains("open")) leave();
  });
}

theme();
menu();
search(document.querySelector(".search"));
document.querySelectorAll(".examples").forEach(tabs);
document.querySelectorAll(".code").forEach(copyButton);
