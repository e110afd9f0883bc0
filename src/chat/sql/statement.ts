import { Refusal } from "./refusal.ts";

/** A query as SQLite is to prepare it. */
export interface Statement {
  sql: string;
  /** How many parameters it takes. */
  parameters: number;
}

/** Longest text of a query, characters: far more than questions need, and little enough that no list of subqueries becomes a bomb. */
export const maxSqlLength = 20_000;

/** The names that stand for the views over the archives and over Live: `archive.production_records` is no schema of SQLite's. */
export const viewOf = { archive: "archive_production_records", live: "live_production_records" } as const;

type Kind = "space" | "text" | "name" | "variable" | "number" | "symbol";
/** A word of a query, with the spaces and comments between words. */
export interface Token {
  kind: Kind;
  text: string;
}

/** SQLite's tokens (https://www.sqlite.org/lang_keywords.html, tokenize.c); every character from U+0080 on belongs to a name. */
const pattern =
  /(?<space>[ \t\n\f\r]+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[A-Za-z_\u{80}-\u{10ffff}][\w$\u{80}-\u{10ffff}]*)|(?<variable>\?\d*|[:@$#][\w$\u{80}-\u{10ffff}]+)|(?<number>\d[\w.]*)|(?<symbol>.)/suy;

/** Words that may follow a table and therefore are no alias of it. */
const afterTable = new Set(
  "where group having order limit window union intersect except join left right full inner cross natural outer on using indexed not".split(
    " ",
  ),
);

/**
 * Reads a query: one statement that begins with SELECT, WITH or VALUES, with comments and semicolons at its end as one likes. What it may touch
 * is not decided here but by SQLite's own parser (allowed.ts, program.ts). Throws Refusal.
 */
export function readStatement(sql: string): Statement {
  const tokens = cutEnd(tokensOf(sql));
  const first = tokens.find(({ kind }) => kind !== "space")?.text.toLowerCase();
  if (first === undefined) throw new Refusal("NOT_ALLOWED", "The query is empty.");
  if (!["select", "with", "values"].includes(first)) {
    throw new Refusal("NOT_ALLOWED", "Only SELECT statements are allowed (WITH … SELECT as well).");
  }
  return { sql: withViews(tokens), parameters: countParameters(tokens) };
}

/** The tokens of a query, none left out. Throws Refusal for one that is too long or no text. */
export function tokensOf(sql: string): Token[] {
  if (sql.length > maxSqlLength) {
    throw new Refusal("NOT_ALLOWED", `The query is longer than ${maxSqlLength} characters.`);
  }
  if (sql.includes("\0")) throw new Refusal("NOT_ALLOWED", "The query contains a NUL character.");
  return [...sql.matchAll(new RegExp(pattern, "suyg"))].map(({ groups, 0: text }) => {
    const [kind] = Object.entries(groups!).find(([, found]) => found !== undefined)!;
    return { kind: kind as Kind, text };
  });
}

/** Without the semicolons and comments at the end, which must be all that follows the first semicolon. */
function cutEnd(tokens: Token[]): Token[] {
  const end = tokens.findIndex(({ text }) => text === ";");
  if (end < 0) return tokens;
  if (tokens.slice(end).some(({ kind, text }) => kind !== "space" && text !== ";")) {
    throw new Refusal("NOT_ALLOWED", "Only one statement is allowed.");
  }
  return tokens.slice(0, end);
}

function countParameters(tokens: readonly Token[]): number {
  let count = 0;
  for (const { kind, text } of tokens) {
    if (kind !== "variable") continue;
    if (!text.startsWith("?")) throw new Refusal("INVALID_PARAMS", "Write parameters as ?, without names.");
    count = text === "?" ? count + 1 : Math.max(count, Number(text.slice(1)));
  }
  return count;
}

/**
 * Puts the views in the place of `archive.production_records` and `live.production_records`, as tables and before the dot of a column.
 * SQLite takes no view over several files that has a schema of its own: only temporary views may look into other schemas. A table without an
 * alias is given the one that its columns are called by.
 */
function withViews(tokens: readonly Token[]): string {
  const out: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const dot = next(tokens, at);
    const table = next(tokens, dot);
    const view = Object.entries(viewOf).find(([schema]) => schema === nameIn(token))?.[1];
    if (!view || tokens[dot]?.text !== "." || nameIn(tokens[table]) !== "production_records") {
      out.push(token.text);
      continue;
    }
    const after = tokens[next(tokens, table)];
    if (after?.text === ".") out.push("production_records");
    else if (isAlias(after)) out.push(view);
    else out.push(`${view} AS production_records`);
    at = table;
  }
  return out.join("");
}

function isAlias(token: Token | undefined): boolean {
  return token?.kind === "text" || (token?.kind === "name" && !afterTable.has(token.text.toLowerCase()));
}

/** What a name names, in lower case; null for other tokens. */
export function nameIn(token: Token | undefined): string | null {
  if (token?.kind !== "name") return null;
  return (/^["`[]/.test(token.text) ? token.text.slice(1, -1) : token.text).toLowerCase();
}

/** Place of the token after this one, spaces and comments left out. */
function next(tokens: readonly Token[], at: number): number {
  let found = at + 1;
  while (tokens[found]?.kind === "space") found++;
  return found;
}
