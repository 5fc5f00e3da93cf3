// Documents with something wrong in them, as a faulty client or network would send them.
import { random } from "../../examples/random.js";

const TELLING = '[]{}",:-0e.tnf\\ \u0000é';

/** A text cut off, with something behind it, and with a few characters replaced, put in or left out. Always the same. */
export function damagedTexts(text: string): string[] {
  const next = random(text.length);
  const index = () => Math.floor(next() * text.length);
  const character = () => TELLING[Math.floor(next() * TELLING.length)] ?? "x";
  const behind = [" ", "\n", "x", "]", "}", "0", "\u0000", text].map((more) => text + more);
  const each = Array.from({ length: 16 }, () => {
    const at = index();
    return [text.slice(0, at), text.slice(0, at) + character() + text.slice(at), text.slice(0, at) + text.slice(at + 1), text.slice(0, at) + character() + text.slice(at + 1)];
  });
  return [...behind, ...each.flat()].filter((one) => one !== "");
}
