/** Stands behind a digit that is drawn in a circle or on a key, where it marks an entry of a list. */
export const keycap = "\u20e3";

/** Characters that stay invisible: format characters, fillers, variation selectors and marks that are drawn over others. */
const invisible = /^[\p{Cf}\p{Mn}\u115f\u1160\u3164\uffa0]$/u;
const entity = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z][a-z0-9]{1,30}));/iy;
const startedEntity = /^&(?:#x?[0-9a-f]{0,7}|[a-z][a-z0-9]{0,30})?$/i;
/** Digits in a tag stand for no figure only in its name; a tag with others is read as text. */
const tag = /<(?:!--[^<>\d]{0,80}--|\/?(?:h[1-6]|[a-z]+)(?:\s[^<>\d]{0,80})?\/?)>/iy;
const startedTag = /^<[/!a-z-][^<>\n]{0,90}$|^<$/i;
const command =
  /\\(?:(?:text|math)?(?:bf|rm|it|sf|tt|normal)?|boldsymbol|mathbf|mathrm|textbf|operatorname)\s*(?=\{)|\\(?:left|right|displaystyle|quad|qquad)(?![a-z])/iy;
const fraction = /\\[dtc]?frac\s*\{([^{}\n]{1,20})\}\s*\{([^{}\n]{1,20})\}/y;
const symbol = /\\(times|cdot|approx|sim|simeq|pm)(?![a-z])/y;
const startedCommand = /^\\(?:[a-z]{0,20}\s?(?:\{[^{}\n]{0,20}(?:\}\s?(?:\{[^{}\n]{0,20})?)?)?)?$/i;
const symbols: Record<string, string> = { times: "×", cdot: "·", approx: "≈", sim: "≈", simeq: "≈", pm: "±" };
const entities: Record<string, string> = {
  ...{ nbsp: " ", ensp: " ", emsp: " ", thinsp: "\u2009", numsp: "\u2009", puncsp: "\u2009", hairsp: "\u2009" },
  ...{ minus: "-", plus: "+", percnt: "%", comma: ",", period: ".", num: "#", sol: "/", colon: ":", ast: "" },
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", times: "×", ndash: "–", mdash: "—", tilde: "~", lowbar: "_" },
  ...{ frac12: "½", half: "½", frac13: "⅓", frac14: "¼", frac34: "¾", sup1: "¹", sup2: "²", sup3: "³", vert: "¦" },
  ...{ zwj: "", zwnj: "", shy: "", lrm: "", rlm: "", nobreak: "", zerowidthspace: "", approx: "≈", ap: "≈", pm: "±" },
};
const hanja: Record<string, string> = {
  ...{ 一: "일", 二: "이", 三: "삼", 四: "사", 五: "오", 六: "육", 七: "칠", 八: "팔", 九: "구", 〇: "영" },
  ...{ 十: "십", 百: "백", 千: "천", 万: "만", 萬: "만", 億: "억", 亿: "억", 兆: "조", 壹: "일", 貳: "이", 參: "삼" },
};
const quarters: Record<string, string> = { "½": ".5", "¼": ".25", "¾": ".75" };
const minus = /^[‐‑‒−﹣－]$/u;
const superscript = /^[⁰¹²³⁴-⁹]$/u;
const circled = /^[①-⑳㉑-㉟㊱-㊿❶-❿⓫-⓴➀-➓⓵-⓾⓪⓿]$/u;
const digitBefore = /\d$/;

/**
 * A text as its reader sees it, with the place of each character in what was written: markup, escapes, entities and invisible
 * characters are resolved, and characters of every script and width are turned into the plain ones they stand for.
 * Takes the text in pieces; what is not yet certain, such as half an entity, waits for the next one.
 */
export class SeenText {
  text = "";
  /** Where each character of `text` begins in what was written. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #raw = "";
  #read = 0;

  /** Adds a piece; with `last` nothing waits any longer. */
  add(piece: string, last: boolean): void {
    this.#raw += piece;
    while (this.#read < this.#raw.length && this.#step(last)) {}
  }

  get written(): string {
    return this.#raw;
  }

  /** The place in what was written of a place in `text`; what precedes a character without being seen goes with it. */
  startOf(at: number): number {
    return at < this.text.length ? this.#starts[at]! : this.#read;
  }

  endOf(at: number): number {
    return at === 0 ? 0 : this.#ends[at - 1]!;
  }

  #step(last: boolean): boolean {
    const raw = this.#raw;
    const at = this.#read;
    if (!last && at === raw.length - 1 && /[\ud800-\udbff]/.test(raw[at]!)) return false;
    const point = String.fromCodePoint(raw.codePointAt(at)!);
    const next = raw.slice(at + point.length, at + point.length + 2);
    switch (point) {
      case "&":
        return this.#entity(at, last);
      case "<": {
        const found = match(tag, raw, at);
        if (found) return this.#emit(/^<\/?(?:br|p|div|t[dhr]|li|h\d)/i.test(found[0]) ? " " : "", found[0].length);
        if (!last && startedTag.test(raw.slice(at))) return false;
        return this.#emit(point, 1);
      }
      case "\\":
        return this.#escape(at, last);
      case "~":
        if (!last && next === "") return false;
        return next.startsWith("~") ? this.#emit("", 2) : this.#emit(point, 1);
      case "_":
        if (!last && next === "") return false;
        if (next.startsWith("_")) return this.#emit("", 2);
        return this.#emit(/[\p{L}\p{N}]$/u.test(this.text) && /^[\p{L}\p{N}]/u.test(next) ? "_" : "", 1);
      case "[":
      case "]":
        if (!last && next === "") return false;
        return this.#emit(digitBefore.test(this.text) && /^\d/.test(next) ? "" : point, 1);
      case "*":
      case "`":
      case "{":
      case "}":
        return this.#emit("", 1);
    }
    if (circled.test(point)) {
      if (!last && next === "") return false;
      const more = /^[\d\p{No}]/u.test(next);
      return this.#emit(point.normalize("NFKC").replace(/\D/g, "") + (more ? "" : keycap), point.length);
    }
    return this.#emit(this.#plain(point), point.length);
  }

  #entity(at: number, last: boolean): boolean {
    const found = match(entity, this.#raw, at);
    if (!found) return !last && startedEntity.test(this.#raw.slice(at)) ? false : this.#emit("&", 1);
    const [whole, decimal, hex, name] = found;
    if (name !== undefined) {
      const known = entities[name.toLowerCase()];
      return known === undefined ? this.#emit("&", 1) : this.#emit(this.#plain(known), whole.length);
    }
    const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
    return this.#emit(code > 0x10ffff ? "\ufffd" : this.#plain(String.fromCodePoint(code)), whole.length);
  }

  #escape(at: number, last: boolean): boolean {
    const raw = this.#raw;
    const parts = match(fraction, raw, at);
    if (parts) return this.#emit(`${parts[1]}/${parts[2]}`, parts[0].length);
    const sign = match(symbol, raw, at);
    if (sign) return this.#emit(symbols[sign[1]!]!, sign[0].length);
    const form = match(command, raw, at);
    if (form && form[0].length > 1) return this.#emit("", form[0].length);
    if (!last && startedCommand.test(raw.slice(at))) return false;
    const after = raw[at + 1] ?? "";
    if (/[,;: ]/.test(after)) return this.#emit("\u2009", 2);
    if (after === "!" || after === "(" || after === ")") return this.#emit(after === "!" ? "" : " ", 2);
    if (after === "|") return this.#emit("¦", 2);
    if (/[!-/:-@[-`{-~]/.test(after)) return this.#emit(after, 2);
    return this.#emit("\\", 1);
  }

  /** A character in the form that numbers are read in. */
  #plain(point: string): string {
    if (point.length === 1 && (point < "\u0080" || (point >= "가" && point <= "힣"))) return point;
    if (minus.test(point)) return "-";
    if (invisible.test(point)) return "";
    if (superscript.test(point)) {
      const digit = point.normalize("NFKC");
      const first = !superscript.test(this.#raw[this.#read - 1] ?? "");
      return first && digitBefore.test(this.text) ? `^${digit}` : digit;
    }
    if (quarters[point] !== undefined && digitBefore.test(this.text)) return quarters[point]!;
    if (/^[’‘′ʼ＇]$/u.test(point)) return "'";
    if (/^[\u00a0\u2007\u2009\u200a\u202f]$/u.test(point)) return "\u2009";
    if (/^[〜∼～˜]$/u.test(point)) return "~";
    if (/^\p{Nd}$/u.test(point)) return digitOf(point);
    if (/^[，、]$/u.test(point)) return ",";
    return hanja[point] ?? point.normalize("NFKC").replaceAll("⁄", "/");
  }

  #emit(seen: string, length: number): boolean {
    for (let at = 0; at < seen.length; at++) {
      this.#starts.push(this.#read);
      this.#ends.push(this.#read + length);
    }
    this.text += seen;
    this.#read += length;
    return true;
  }
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** A decimal digit of any script as 0 to 9: Unicode keeps the ten of a script side by side, 0 first. */
function digitOf(point: string): string {
  const plain = point.normalize("NFKC");
  if (/^\d$/.test(plain)) return plain;
  const code = point.codePointAt(0)!;
  let first = code;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) first--;
  return String((code - first) % 10);
}
