// The lock screen, the notifications that drop in, and the incoming call.

import { el, reconcile } from "./dom.js";
import { clockOf, dayOf } from "./time.js";

const BANNER_SECONDS = 9;

export class LockScreen {
  constructor(root, { act, open }) {
    this.act = act;
    this.open = open;
    this.time = el("p", { class: "locktime" });
    this.day = el("p", { class: "lockday" });
    this.list = el("div", { class: "notes", role: "list" });
    this.none = el("p", { class: "none" }, "No notifications yet");
    root.replaceChildren(el("div", { class: "lockhead" }, this.day, this.time), this.list, this.none);
  }

  show(pushes, { now, zone }) {
    this.time.textContent = clockOf(now, zone);
    this.day.textContent = dayOf(now, zone);
    this.none.hidden = pushes.length > 0;
    const newest = [...pushes].reverse().slice(0, 20);
    reconcile(this.list, newest, (one) => one.id, (one) => `${one.seq}:${one.answered}:${zone}`, (one) => card(one, zone, this));
  }
}

// Browsers show two actions, done and reschedule when there are these; the others are on the page behind "More".
function twoActions(choices) {
  const preferred = choices.filter(({ data }) => /^t:.*:(done|resched)$/.test(data));
  return (preferred.length === 2 ? preferred : choices).slice(0, 2);
}

function card(one, zone, { act, open }) {
  const actions = one.answered ? [] : twoActions((one.rows ?? []).flat());
  const buttons = actions.map((choice) => el("button", { type: "button", onclick: () => act(one, choice) }, choice.label));
  return el("article", { class: "note", role: "listitem" },
    el("div", { class: "notetop" }, el("span", { class: "mini", "aria-hidden": "true" }), el("b", {}, "Flux"), el("time", {}, clockOf(one.at, zone))),
    one.title ? el("h3", {}, one.title) : null,
    el("p", {}, one.text),
    one.answered ? el("p", { class: "done" }, one.answered) : null,
    buttons.length ? el("div", { class: "noteacts" }, buttons, el("button", { type: "button", onclick: () => open(one) }, "More")) : null);
}

export class Banners {
  constructor(root, actions) {
    this.root = root;
    this.actions = actions;
  }

  drop(event, zone, openLock) {
    const banner = el("div", { class: "banner" }, card(event, zone, this.actions));
    banner.addEventListener("click", (click) => {
      banner.remove();
      if (!click.target.closest("button")) openLock();
    });
    this.root.append(banner);
    while (this.root.childElementCount > 2) this.root.firstElementChild.remove();
    setTimeout(() => banner.remove(), BANNER_SECONDS * 1000);
  }

  clear() {
    this.root.replaceChildren();
  }
}

const ENDINGS = { cancelled: "call cancelled: already answered", missed: "missed call", declined: "declined" };

const KEYS = [["1", "done"], ["2", "reschedule"], ["3", "can't"], ["4", "on it"], ["5", ""], ["6", ""], ["7", ""], ["8", ""], ["9", ""], ["*", "repeat"], ["0", ""], ["#", ""]];

export class CallScreen {
  constructor(root, { answer, press, decline }) {
    this.root = root;
    root.tabIndex = -1;
    this.who = el("p", { class: "caller" }, "Flux");
    this.what = el("p", { class: "callstate", role: "status" });
    this.lines = el("div", { class: "lines", role: "log", "aria-live": "assertive" });
    this.pad = el("div", { class: "pad", role: "group", "aria-label": "Keypad" }, KEYS.map(([key, word]) => el("button", { type: "button", "aria-label": word ? `${key}, ${word}` : key, onclick: () => press(key) }, el("b", {}, key), el("small", {}, word))));
    this.yes = el("button", { type: "button", class: "yes", onclick: answer, "aria-label": "Answer" }, "\u260E");
    this.no = el("button", { type: "button", class: "no", onclick: decline, "aria-label": "Decline" }, "\u2715");
    this.acts = el("div", { class: "callacts" }, this.labelled(this.no, "Decline"), this.labelled(this.yes, "Answer"));
    root.replaceChildren(el("div", { class: "pulse", "aria-hidden": "true" }, el("span", {}, "F")), this.who, this.what, this.lines, this.pad, this.acts);
    root.addEventListener("keydown", (event) => {
      if (/^[0-9*#]$/.test(event.key) && !this.pad.hidden) press(event.key);
    });
  }

  labelled(button, label) {
    const text = el("span", {}, label);
    button.caption = text;
    return el("span", { class: "act" }, button, text);
  }

  show(call) {
    const was = this.root.hidden;
    this.root.hidden = !call;
    if (!call) return;
    this.root.dataset.state = call.state;
    this.what.textContent = { ringing: call.title ? `calling about ${call.title}` : "calling\u2026", talking: "on the line", ended: ENDINGS[call.reason] ?? "call ended" }[call.state];
    this.pad.hidden = call.state !== "talking";
    this.yes.parentElement.hidden = call.state !== "ringing";
    this.no.caption.textContent = { ringing: "Decline", talking: "Hang up", ended: "Close" }[call.state];
    this.no.setAttribute("aria-label", this.no.caption.textContent);
    reconcile(this.lines, call.lines, (one) => one.key, () => "", (one) => el("p", { class: one.mine ? "pressed" : "spoken" }, one.text));
    this.lines.scrollTop = this.lines.scrollHeight;
    if (was && call.state === "ringing") this.yes.focus();
    // The answer button is gone now: the digits on the keyboard must still reach the call.
    if (call.state === "talking" && !this.pad.contains(document.activeElement)) this.root.focus();
  }
}

export function speak(text) {
  if (!("speechSynthesis" in window)) return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = "en-GB";
  window.speechSynthesis.speak(words);
}
