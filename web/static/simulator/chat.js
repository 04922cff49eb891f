// A chat as an app on the phone: bubbles, inline keyboards that work, typing dots, and the line to write in.

import { el, linked, reconcile } from "./dom.js";
import { clockOf, dayOf } from "./time.js";

const APPS = {
  telegram: { name: "Flux", about: "bot", hint: "Message", start: true },
  whatsapp: { name: "Flux", about: "business account", hint: "Type a message" },
  sms: { name: "Messages", about: "text messages", hint: null },
};

export class Chat {
  constructor(root, app, { say, tap }) {
    this.root = root;
    this.app = app;
    this.tap = tap;
    this.say = say;
    this.build();
  }

  build() {
    const about = APPS[this.app];
    this.status = el("span", { class: "about" }, about.about);
    const head = el("header", { class: "chathead" }, el("span", { class: "face", "aria-hidden": "true" }, "F"), el("span", { class: "who" }, el("b", {}, about.name), this.status));
    this.log = el("div", { class: "bubbles", role: "log", "aria-live": "polite", "aria-label": `${about.name} chat`, tabindex: "0" });
    this.dots = el("div", { class: "bubble theirs dots", "aria-label": "Flux is typing", hidden: true }, el("i"), el("i"), el("i"));
    this.scroller = el("div", { class: "scroller" }, this.log, this.dots);
    this.foot = about.hint ? this.composer(about) : null;
    this.root.replaceChildren(head, this.scroller, ...(this.foot ? [this.foot] : []));
  }

  composer(about) {
    this.input = el("textarea", { rows: "1", placeholder: about.hint, "aria-label": `Message in ${this.app}`, enterkeyhint: "send", maxlength: "10000" });
    const send = el("button", { class: "send", type: "submit", "aria-label": "Send" }, "\u2191");
    const form = el("form", { class: "composer", onsubmit: (event) => this.submit(event) }, this.input, send);
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event);
    });
    this.input.addEventListener("input", () => this.grow());
    if (!about.start) return form;
    this.start = el("button", { class: "start", type: "button", onclick: () => this.say(this.app, "/start") }, "START");
    return el("div", { class: "foot" }, this.start, form);
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 110)}px`;
  }

  submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.grow();
    this.say(this.app, text);
  }

  show(bubbles, { typing, zone, sending }) {
    const pinned = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 80;
    const before = this.log.childElementCount;
    const items = withDays(bubbles, zone);
    reconcile(this.log, items, (one) => one.key, (one) => one.stamp, (one, known) => this.bubble(one, zone, known));
    this.log.classList.toggle("empty", bubbles.length === 0);
    if (this.start) this.start.hidden = bubbles.length > 0 || sending;
    this.dots.hidden = !typing;
    this.status.textContent = typing ? "typing\u2026" : APPS[this.app].about;
    if (pinned || this.log.childElementCount !== before) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  bubble(item, zone, known) {
    if (item.day) return el("p", { class: "day" }, el("span", {}, item.day));
    const one = item.bubble;
    const side = one.mine ? "mine" : "theirs";
    const meta = el("span", { class: "meta" }, one.edited ? "edited " : "", clockOf(one.at, zone), one.mine ? el("i", { class: "ticks", "aria-label": "sent" }, "\u2713\u2713") : null);
    const body = el("div", { class: `bubble ${side}` }, photo(one), document_(one), el("span", { class: "text" }, linked(one.text ?? "")), meta);
    const rows = (one.rows ?? []).map((row) => el("div", { class: "keyrow" }, row.map((choice) => this.key(choice, one))));
    return el("div", { class: `turn ${side}${known ? "" : " arrives"}` }, body, rows.length ? el("div", { class: "keys" }, rows) : null);
  }

  key(choice, one) {
    const button = el("button", { type: "button", class: "key" }, choice.label);
    button.addEventListener("click", async () => {
      button.classList.add("busy");
      button.disabled = true;
      try {
        await this.tap(this.app, choice, one.id);
      } finally {
        setTimeout(() => { button.classList.remove("busy"); button.disabled = false; }, 600);
      }
    });
    return button;
  }
}

function photo(one) {
  if (!one.photo) return null;
  return el("img", { class: "photo", alt: "Picture from Flux", src: `data:image/png;base64,${one.photo}` });
}

function document_(one) {
  if (!one.document) return null;
  const source = `data:application/octet-stream;base64,${one.document.content}`;
  return el("a", { class: "file", href: source, download: one.document.filename }, one.document.filename);
}

// A line with the date wherever a new local day begins.
function withDays(bubbles, zone) {
  const items = [];
  let last = null;
  for (const one of bubbles) {
    const day = one.at ? dayOf(one.at, zone) : last;
    if (day && day !== last) items.push({ key: `day-${day}`, stamp: day, day });
    last = day;
    items.push({ key: one.id, stamp: `${one.seq}:${zone}`, bubble: one });
  }
  return items;
}
