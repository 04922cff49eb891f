// The clock beside the phone: what time it is for the installation, and how to move it.

import { $ } from "./dom.js";
import { clockOf, fullDate } from "./time.js";

export class Clock {
  constructor(move) {
    this.base = null;
    this.buttons = [...document.querySelectorAll("[data-move]")];
    for (const button of this.buttons) button.addEventListener("click", () => move(button.dataset.move));
    setInterval(() => this.paint(), 1000);
  }

  set(clock) {
    this.clock = clock;
    this.base = Date.parse(clock.now) - performance.now();
    $("next").textContent = clock.next ? `Next: ${clock.next}` : "Nothing is planned yet.";
    for (const button of this.buttons) {
      if (button.dataset.move === "next") button.disabled = this.moving || !clock.next;
      if (button.dataset.move === "real") button.disabled = this.moving || clock.real; // never hidden: nothing may jump under a finger
    }
    this.paint();
  }

  // Between two answers of the server the clock runs on by itself.
  now() {
    return this.base === null ? null : new Date(this.base + performance.now()).toISOString();
  }

  paint() {
    const now = this.now();
    if (!now) return;
    const { zone } = this.clock;
    $("clock-time").textContent = clockOf(now, zone);
    $("phone-time").textContent = clockOf(now, zone);
    $("clock-date").textContent = fullDate(now, zone);
    $("clock-zone").textContent = this.clock.real ? `${zone}, real time` : `${zone}, ${this.clock.ahead} ahead of real time`;
  }

  busy(moving) {
    this.moving = moving;
    $("progress").hidden = !moving;
    for (const button of this.buttons) button.disabled = moving;
  }
}
