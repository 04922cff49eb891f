// Moments as the person reads them, in their own zone.

const formats = new Map();

function format(zone, options) {
  const key = `${zone}|${JSON.stringify(options)}`;
  if (!formats.has(key)) {
    let made;
    try {
      made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
    } catch {
      made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
    }
    formats.set(key, made);
  }
  return formats.get(key);
}

export function clockOf(iso, zone) {
  return iso ? format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(iso)) : "";
}

export function dayOf(iso, zone) {
  return format(zone, { weekday: "long", day: "numeric", month: "long" }).format(new Date(iso));
}

export function fullDate(iso, zone) {
  return format(zone, { weekday: "short", day: "numeric", month: "long", year: "numeric" }).format(new Date(iso));
}
