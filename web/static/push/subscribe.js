// The dashboard's offer to notify this device: asks the browser, then hands its subscription to Flux.

const place = document.getElementById("push");
const status = place?.querySelector("[role=status]");

function bytes(base64url) {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

async function subscribe() {
  if (await Notification.requestPermission() !== "granted") {
    throw new Error("This browser does not allow notifications here.");
  }
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(place.dataset.key),
  });
  const response = await fetch("/dashboard/push", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": place.dataset.csrf },
    body: JSON.stringify(subscription),
  });
  if (!response.ok) throw new Error("That did not work. Please try again later.");
}

async function offer() {
  if (!place || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const worker = await navigator.serviceWorker.register("/sw.js");
  place.hidden = Boolean(await worker.pushManager.getSubscription());
  const button = place.querySelector("button");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await subscribe();
      status.textContent = "Done. The next reminder appears here.";
      button.hidden = true;
    } catch (error) {
      status.textContent = error.message;
      button.disabled = false;
    }
  });
}

offer();
