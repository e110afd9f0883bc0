import { z } from "zod";
import { HttpError, type ParameterFault } from "../http/errors.ts";

/** Where a parameter stands. */
export type ParameterPlace = "query" | "path" | "body";

type Values = Record<string, unknown>;
/** JSON Schema type of each parameter. */
type Types = Record<string, string | undefined>;

/** The parameters as they came, and what they should be. */
interface Given {
  place: ParameterPlace;
  types: Types;
  raw: Values;
}

/** What a rule that answers 400 with a sentence instead of 422 is marked with. */
export const sentence = { badRequest: true } as const;

/** Longest piece of a wrong value that an error repeats. */
const echoLength = 200;

/**
 * Makes a schema of JSON types read query texts: an empty text counts as absent, the last of a repeated one wins, and what should be a
 * number or a boolean is converted where it looks like one. What does not is left as text for the schema to refuse.
 */
export function fromText<Schema extends z.ZodObject>(schema: Schema, types: Types) {
  return z.preprocess((values) => converted(values as Values, types), schema);
}

/** The JSON Schema types of an object schema's properties. */
export function jsonTypes(schema: z.ZodType): Types {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, (property as { type?: string }).type]),
  );
}

function converted(values: Values, types: Types): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(types)) {
    const value = values[name];
    const text = Array.isArray(value) ? value.at(-1) : value;
    if (typeof text === "string" && text !== "") read[name] = convert(text, type);
  }
  return read;
}

function convert(text: string, type: string | undefined): unknown {
  if (type === "integer") return /^[+-]?\d+$/.test(text) ? Number(text) : text;
  if (type === "number") return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
  if (type === "boolean") {
    if (/^(true|1|yes|on)$/i.test(text)) return true;
    if (/^(false|0|no|off)$/i.test(text)) return false;
  }
  return text;
}

/** Turns what zod found wrong into the error of the contract: 422 with every broken rule, else 400 with the sentence of the first. */
export function parameterError(error: z.core.$ZodError, given: Given): HttpError {
  const faults = error.issues.filter((issue) => !isSentence(issue));
  if (faults.length === 0) return new HttpError(400, error.issues[0]!.message);
  return new HttpError(
    422,
    faults.map((issue) => faultOf(issue, given)),
  );
}

function isSentence(issue: z.core.$ZodIssue): boolean {
  return issue.code === "custom" && issue.params?.badRequest === true;
}

/** Names and sentences of pydantic's errors, which clients of the earlier service know. */
function faultOf(issue: z.core.$ZodIssue, { place, types, raw }: Given): ParameterFault {
  const name = String(issue.path[0] ?? "");
  const value = raw[name];
  const given = Array.isArray(value) && place !== "body" ? value.at(-1) : value;
  const absent = given === undefined || given === "";
  const input = absent ? null : echoed(given);
  const [type, msg] = absent ? ["missing", "Field required"] : described(issue, types[name]);
  return { type, loc: [place, name], msg, input };
}

/** What an error repeats of a wrong value: no lists and objects, which may be as deep as a body is long. */
function echoed(value: unknown): unknown {
  if (typeof value === "string" && value.length > echoLength) return `${value.slice(0, echoLength)}…`;
  return typeof value === "object" ? null : value;
}

function described(issue: z.core.$ZodIssue, type: string | undefined): [type: string, msg: string] {
  if (issue.code === "invalid_type") {
    if (type === "integer") return ["int_parsing", "Input should be a valid integer"];
    if (type === "number") return ["float_parsing", "Input should be a valid, finite number"];
    if (issue.expected === "string") return ["string_type", "Input should be a valid string"];
    if (type === "boolean") return ["bool_parsing", "Input should be true or false"];
  }
  if (issue.code === "too_big") {
    return issue.origin === "string"
      ? ["string_too_long", `String should have at most ${issue.maximum} characters`]
      : ["less_than_equal", `Input should be less than or equal to ${issue.maximum}`];
  }
  if (issue.code === "too_small") {
    return issue.origin === "string"
      ? ["string_too_short", `String should have at least ${issue.minimum} characters`]
      : ["greater_than_equal", `Input should be greater than or equal to ${issue.minimum}`];
  }
  return ["value_error", issue.message];
}
