// Shows what Flux pushes, and brings the answer back. The browser's own subscription proves whose answer it is.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let content;
  try {
    content = event.data.json();
  } catch {
    return;
  }
  event.waitUntil(show(content));
});

// When a reply was lost, Flux sends the same attempt again: it takes its own place without a sound.
async function show(content) {
  const there = content.attempt && content.tag ? await self.registration.getNotifications({ tag: content.tag }) : [];
  const again = there.some((one) => one.data?.attempt === content.attempt);
  await self.registration.showNotification(content.title, {
    body: content.body,
    tag: content.tag ?? undefined,
    renotify: Boolean(content.tag) && !again,
    silent: content.silent || again,
    actions: content.actions,
    icon: "/static/icon.svg",
    data: content,
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const content = event.notification.data ?? {};
  event.waitUntil(event.action ? answer(event.action, content) : openPage(content));
});

async function send(path, data) {
  const subscription = await self.registration.pushManager.getSubscription();
  if (!subscription) return null;
  const { endpoint, keys } = subscription.toJSON();
  const body = JSON.stringify({ endpoint, auth: keys.auth, data });
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  return response.ok ? response.json() : null;
}

async function answer(data, content) {
  const said = await send("/api/v1/push/answer", data).catch(() => null);
  await self.registration.showNotification(content.title ?? "Flux", {
    body: said?.text ?? "That did not get through. Please answer in the chat.",
    tag: content.tag ?? undefined,
    icon: "/static/icon.svg",
    data: content,
  });
}

async function openPage(content) {
  // Only answers to a task have a page; a note may also offer what comes after its goal.
  const choices = [...(content.choices ?? []).map((one) => one.data), ...(content.actions ?? []).map((one) => one.action)];
  const data = choices.find((one) => one.startsWith("t:"));
  const page = data ? await send("/api/v1/push/page", data).catch(() => null) : null;
  await self.clients.openWindow(page?.url ?? "/dashboard");
}
