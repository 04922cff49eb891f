// The page's own endpoints. Every post carries a header that no other site can send.

const ROOT = "/simulator/api";

export class Trouble extends Error {}

async function answerOf(response) {
  if (response.status === 204) return null;
  let body = null;
  try {
    body = await response.json();
  } catch {
    throw new Trouble("The server answered something unreadable.");
  }
  if (!response.ok) throw new Trouble(body?.error?.message ?? "That did not work.");
  return body;
}

async function reach(path, options) {
  try {
    return await fetch(ROOT + path, { credentials: "same-origin", ...options });
  } catch {
    throw new Trouble("Flux is not reachable. Is it still running?");
  }
}

export async function state(after) {
  return answerOf(await reach(`/state?after=${after}`));
}

export async function post(path, body) {
  const headers = { "Content-Type": "application/json", "X-Flux-Phone": "1" };
  return answerOf(await reach(path, { method: "POST", headers, body: JSON.stringify(body) }));
}
