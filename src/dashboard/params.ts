import type { Child } from "hono/jsx";
import type { z } from "zod";
import { shortened } from "./filter.ts";
import type { Texts } from "./i18n/ko.ts";
import type { ParamTexts, View } from "./view.ts";

/** A parameter that one page has in its address beyond the filter of all pages. */
export interface Param<Value = unknown> {
  /** Reads the text of the address. Absence is `undefined`, for which `.optional()` or `.default()` has the value. */
  schema: z.ZodType<Value, string | undefined>;
  /** What the reader is told of a text that is not used, from the page's catalogue. */
  fault: (texts: Texts) => (text: string) => string;
  /** Whether a value goes with those of the parameters before it; it does where this is absent. */
  suits?: (value: NonNullable<Value>, before: Readonly<Record<string, unknown>>) => boolean;
  /** True for where on the page one is, such as an open drawer: a link with another filter or another parameter leaves it out. */
  passing?: true;
  /** Its field in the filter, which must have the parameter's name. Without one, the filter passes the parameter on unseen. */
  field?: (view: View) => Child;
}

/** A page's own parameters by their names in the address; none may have the name of a field of the filter. */
// biome-ignore lint/suspicious/noExplicitAny: `suits` takes the value of its own parameter, so no other type holds them all
export type Params = Readonly<Record<string, Param<any>>>;

/** Reads a page's own parameters from an address. What cannot be used is left out; `faults` says so in the reader's language. */
export function parseParams(
  params: Params,
  query: URLSearchParams,
  texts: Texts,
): { params: ParamTexts; passing: string[]; paramFaults: string[] } {
  const used: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const paramFaults: string[] = [];
  for (const [name, { schema, suits, fault }] of Object.entries(params)) {
    const preset = schema.parse(undefined);
    values[name] = preset;
    const text = query.getAll(name).at(-1)?.trim();
    if (!text) continue;
    const read = schema.safeParse(text);
    if (!read.success || (suits && read.data !== undefined && !suits(read.data, values))) {
      paramFaults.push(fault(texts)(shortened(text)));
      continue;
    }
    values[name] = read.data;
    if (!Bun.deepEquals(read.data, preset)) used[name] = text;
  }
  const passing = Object.keys(params).filter((name) => params[name]!.passing);
  return { params: used, passing, paramFaults };
}

/** The values of a page's own parameters. */
export function valuesOf<Own extends Params>(
  params: Own,
  view: Pick<View, "params">,
): { [Name in keyof Own]: z.output<Own[Name]["schema"]> } {
  const values = Object.entries(params).map(([name, { schema }]) => [name, schema.parse(view.params[name])]);
  return Object.fromEntries(values);
}
