import { type Html, html } from './html.ts';

/** A moment as people read it, to the minute, in UTC: those who decide sit in more than one place. */
export function moment(at: string): Html {
  return html`<time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 16)} UTC</time>`;
}

/** `in 12 minutes`, `3 hours ago`. `now` in milliseconds since 1970. */
export function distance(at: string, now: number): string {
  const seconds = Math.round((Date.parse(at) - now) / 1000);
  const [amount, unit] = inUnits(Math.abs(seconds));
  const text = `${amount} ${unit}${amount === 1 ? '' : 's'}`;
  return seconds >= 0 ? `in ${text}` : `${text} ago`;
}

function inUnits(seconds: number): readonly [number, string] {
  if (seconds < 60) return [seconds, 'second'];
  if (seconds < 120 * 60) return [Math.floor(seconds / 60), 'minute'];
  if (seconds < 48 * 3600) return [Math.floor(seconds / 3600), 'hour'];
  return [Math.floor(seconds / 86_400), 'day'];
}
