// What the phone knows, folded from the events of the server one after the other.

const CHATS = ["telegram", "whatsapp", "sms"];

export function emptyPhone() {
  return {
    seq: 0,
    chats: { telegram: [], whatsapp: [], sms: [] },
    unread: { telegram: 0, whatsapp: 0, sms: 0, lock: 0 },
    pushes: [],
    call: null,
    toast: null,
    fresh: [], // what arrived with the last batch: for sounds, badges and banners
  };
}

export function fold(phone, events) {
  phone.fresh = [];
  for (const event of events) {
    if (event.seq <= phone.seq) continue;
    phone.seq = event.seq;
    apply(phone, event);
  }
  return phone;
}

function apply(phone, event) {
  switch (event.kind) {
    case "message":
      return event.channel === "push" ? push(phone, event) : bubble(phone, event.channel, event, false);
    case "inbound":
      return heard(phone, event);
    case "sms":
      return bubble(phone, "sms", { ...event, id: `sms-${event.seq}` }, false);
    case "toast":
      if (event.text) phone.toast = { id: event.id, text: event.text };
      return undefined;
    case "call":
      return call(phone, event);
    default:
      return undefined;
  }
}

function bubble(phone, app, event, mine) {
  const chat = phone.chats[app];
  if (!chat) return;
  const shown = { ...event, mine, edited: false };
  const at = event.replaces ? chat.findIndex((one) => one.id === event.replaces) : -1;
  if (at >= 0) {
    chat[at] = { ...shown, id: chat[at].id, at: chat[at].at, edited: true };
  } else {
    chat.push(shown);
  }
  if (!mine) phone.fresh.push({ app, event: shown });
}

function heard(phone, event) {
  // A tap is seen on the button itself; only typed words become a bubble.
  if (event.choice || !event.text) return;
  bubble(phone, event.channel, { ...event, rows: [] }, true);
}

function push(phone, event) {
  const at = event.replaces ? phone.pushes.findIndex((one) => one.id === event.replaces) : -1;
  const shown = { ...event, answered: at >= 0 ? phone.pushes[at].answered : null };
  if (at >= 0) phone.pushes[at] = shown;
  else phone.pushes.push(shown);
  phone.fresh.push({ app: "lock", event: shown });
}

function call(phone, event) {
  if (event.state === "ringing") {
    phone.call = { id: event.call_id, state: "ringing", title: event.title, text: event.text, lines: [], task: event.task_id };
    phone.fresh.push({ app: "call", event });
    return;
  }
  const live = phone.call;
  if (!live || live.id !== event.call_id) return;
  switch (event.state) {
    case "answered":
      live.state = "talking";
      break;
    case "said":
      live.lines.push({ mine: false, text: event.text, key: event.seq });
      break;
    case "pressed":
      live.lines.push({ mine: true, text: event.digits, key: event.seq });
      break;
    case "ended":
      live.state = "ended";
      live.reason = event.reason ?? null;
      if (live.reason === "missed") missed(phone, live, event);
      break;
  }
}

// A call nobody took leaves a line on the lock screen, as on any phone.
function missed(phone, live, event) {
  const note = { ...event, id: `missed-${live.id}`, title: "Missed call", text: live.title ? `Flux called about ${live.title}.` : "Flux called.", rows: [], answered: null };
  phone.pushes.push(note);
  phone.fresh.push({ app: "lock", event: note });
}

export function markRead(phone, app) {
  phone.unread[app] = 0;
}

export function countFresh(phone, open) {
  for (const { app } of phone.fresh) {
    if (app !== open && app in phone.unread) phone.unread[app] += 1;
  }
}

export function isEmpty(phone) {
  return CHATS.every((app) => phone.chats[app].length === 0);
}
