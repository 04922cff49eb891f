// The phone simulator: asks the server what happened, shows it, and sends what the person does.

import * as api from "./api.js";
import { Chat } from "./chat.js";
import { Clock } from "./clock.js";
import { $, el } from "./dom.js";
import { Banners, CallScreen, LockScreen, speak } from "./screens.js";
import { countFresh, emptyPhone, fold, isEmpty, markRead } from "./store.js";

const EVERY = 700;
const EVERY_TYPING = 80; // while an answer is on its way, for at most so many seconds:
const TYPING_SECONDS = 8;
const EVERY_HIDDEN = 8000;
const SILENCE = 14000;
const SAID = 7000;
const GONE = 2500;
const APPS = [["telegram", "Telegram"], ["whatsapp", "WhatsApp"], ["lock", "Lock screen"], ["sms", "SMS"]];

const phone = emptyPhone();
let open = ["telegram", "whatsapp", "lock", "sms"].find((app) => location.hash === `#${app}`) ?? "telegram";
let last = null; // the server's last whole answer
let timer = null;
let sending = 0;
let first = true;
let shownToast = null;
const dismissed = new Set();
let listening = null;
let silence = null;
let closing = null;
let closer = null;
let typingSince = null;

const actions = { say, tap };
const chats = Object.fromEntries(["telegram", "whatsapp", "sms"].map((app) => [app, new Chat($(`screen-${app}`), app, actions)]));
const notes = { act: answerPush, open: openPush };
const lock = new LockScreen($("screen-lock"), notes);
const banners = new Banners($("banners"), notes);
const callScreen = new CallScreen($("call"), { answer: () => inCall("answer"), press: (digits) => inCall("digits", digits), decline });
const clock = new Clock(move);

const dock = new Map(APPS.map(([app, name]) => {
  const badge = el("span", { class: "badge", hidden: true });
  const button = el("button", { type: "button", class: `app app-${app}`, "aria-label": name, title: name, onclick: () => show(app) }, el("span", { class: "glyph", "aria-hidden": "true" }), badge);
  $("dock").append(button);
  return [app, { button, badge, name }];
}));

function show(app) {
  open = app;
  markRead(phone, app);
  banners.clear();
  render();
  chats[app]?.input?.focus({ preventScroll: true });
}

function render() {
  const zone = last?.clock.zone ?? "UTC";
  $("phone").dataset.app = open;
  for (const [app, { button, badge, name }] of dock) {
    const count = phone.unread[app];
    $(`screen-${app}`).hidden = app !== open;
    button.setAttribute("aria-pressed", String(app === open));
    button.setAttribute("aria-label", count ? `${name}, ${count} new` : name);
    badge.hidden = !count;
    badge.textContent = count > 9 ? "9+" : String(count);
  }
  for (const [app, chat] of Object.entries(chats)) {
    chat.show(phone.chats[app], { typing: Boolean(last?.typing?.[app]), zone, sending: sending > 0 });
  }
  if (last) lock.show(phone.pushes, { now: clock.now(), zone });
  const call = phone.call && !dismissed.has(phone.call.id) ? phone.call : null;
  callScreen.show(call);
  close(call);
  listen();
  toast();
  hints();
}

function toast() {
  if (!phone.toast || phone.toast.id === shownToast) return;
  shownToast = phone.toast.id;
  if (first) return;
  const place = $("toast");
  place.textContent = phone.toast.text;
  place.hidden = false;
  clearTimeout(place.timer);
  place.timer = setTimeout(() => { place.hidden = true; }, 3500);
}

function hints() {
  const reached = new Set(last?.reached ?? []);
  if (!isEmpty(phone)) reached.add("hello");
  let next = true;
  for (const item of document.querySelectorAll("#hints li")) {
    const done = reached.has(item.dataset.hint);
    item.classList.toggle("done", done);
    item.classList.toggle("now", !done && next);
    if (!done) next = false;
  }
}

function receive(answer) {
  if (answer.latest < phone.seq) location.reload(); // the server's memory began anew, and so do we
  last = answer;
  fold(phone, answer.events);
  clock.set(answer.clock);
  if (first) {
    if (phone.call?.state === "ended") dismissed.add(phone.call.id);
  } else {
    countFresh(phone, open);
    for (const { app, event } of phone.fresh) {
      if (app === "lock" && open !== "lock") banners.drop(event, answer.clock.zone, () => show("lock"));
    }
    if ($("speak").checked) for (const event of answer.events) if (event.kind === "call" && event.state === "said") speak(event.text);
  }
  phone.fresh = [];
  render();
  // With a keyboard at hand the first word can be typed at once; on a touch screen that would raise one.
  if (first && $("call").hidden && matchMedia("(hover: hover)").matches) chats[open]?.input?.focus({ preventScroll: true });
  first = false;
}

let asking = null;

// An answer that was already on its way may be older than what has just been done: ask once more after it.
async function refresh() {
  if (asking) await asking;
  return poll();
}

function poll() {
  asking ??= ask().finally(() => { asking = null; });
  return asking;
}

async function ask() {
  clearTimeout(timer);
  try {
    receive(await api.state(phone.seq));
    trouble(null);
  } catch (error) {
    trouble(error.message);
  }
  timer = setTimeout(poll, pause());
}

// An answer takes a tenth of a second: whoever waits for one sees it at once, whoever does not costs little.
function pause() {
  if (document.hidden) return EVERY_HIDDEN;
  const typing = Object.values(last?.typing ?? {}).some(Boolean);
  if (!typing) typingSince = null;
  else typingSince ??= performance.now();
  return typing && performance.now() - typingSince < TYPING_SECONDS * 1000 ? EVERY_TYPING : EVERY;
}

function trouble(text) {
  $("trouble").hidden = !text;
  $("trouble").textContent = text ?? "";
}

async function act(path, body) {
  sending += 1;
  try {
    const answer = await api.post(path, body);
    await refresh();
    return answer;
  } catch (error) {
    trouble(error.message);
    return null;
  } finally {
    sending -= 1;
    render();
  }
}

async function say(channel, text) {
  await act("/say", { channel, text });
}

async function tap(channel, choice, message) {
  await act("/tap", { channel, choice: choice.data, message_ref: message });
}

async function answerPush(note, choice) {
  const answer = await act("/push", { id: note.id, choice: choice.data });
  if (!answer) return;
  note.answered = answer.text;
  render();
}

async function openPush(note) {
  const answer = await act("/push/open", { id: note.id });
  if (answer) window.open(answer.url, "_blank", "noopener");
}

async function inCall(what, digits = null) {
  if (phone.call) await act("/call", { call_id: phone.call.id, act: what, digits });
}

// A telephone listens for a while, then tells the other side that nothing was pressed.
function listen() {
  const live = phone.call?.state === "talking" ? `${phone.call.id}:${phone.call.lines.length}` : null;
  if (live === listening) return;
  listening = live;
  clearTimeout(silence);
  if (live) silence = setTimeout(() => { if (!document.hidden) inCall("silence"); }, SILENCE);
}

// A call that is over leaves the screen by itself, once what was said last can be read.
function close(call) {
  const over = call?.state === "ended" ? call.id : null;
  if (over === closing) return;
  closing = over;
  clearTimeout(closer);
  if (over) closer = setTimeout(() => hide(over), call.lines.length ? SAID : GONE);
}

async function decline() {
  const { call } = phone;
  if (!call) return;
  if (call.state !== "ended") await inCall("decline");
  hide(call.id);
}

// The call screen goes away, and whoever types goes on where they were.
function hide(call) {
  dismissed.add(call);
  render();
  chats[open]?.input?.focus({ preventScroll: true });
}

async function move(how) {
  if (clock.moving) return;
  clock.busy(true);
  try {
    await act("/clock", { move: how });
  } finally {
    clock.busy(false);
    if (last) clock.set(last.clock);
  }
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
poll();
