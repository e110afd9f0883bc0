import { isIP } from "node:net";
import { Cron } from "croner";
import { z } from "zod";

/** What a variable may hold: the schema that parses its text and the same rule in words (follows "must be"). */
export type Kind<T> = { readonly schema: z.ZodType<T, string>; readonly allowed: string };

export type Variable<T> = {
  readonly name: string;
  readonly kind: Kind<T>;
  /** Text as it would stand in `.env`; `undefined` makes the setting optional. */
  readonly default: string | undefined;
  readonly meaning: string;
  readonly secret?: true;
  /** For tests alone: `--help`, the manual and the pages leave it out. */
  readonly hidden?: true;
};

/** A whole number in decimal digits; `zero` says what 0 means where it is not a quantity. */
export function whole(min: number, max: number, zero?: string): Kind<number> {
  return {
    schema: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
    allowed: `a whole number from ${min} to ${max}${zero ? ` (0 = ${zero})` : ""}`,
  };
}

/** A comma list: blanks and empty entries are dropped, repeated ones kept once. */
export function list(entry: z.ZodType<string, string>, allowed: string): Kind<readonly string[]> {
  const entries = z.array(entry).transform((values) => [...new Set(values)]);
  return {
    schema: z
      .string()
      .transform((text) =>
        text
          .split(",")
          .map((part) => part.trim())
          .filter(Boolean),
      )
      .pipe(entries),
    allowed,
  };
}

export const timezone: Kind<string> = {
  schema: z.string().refine((name) => {
    try {
      return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
    } catch {
      return false;
    }
  }),
  allowed: "an IANA time zone such as Asia/Seoul or UTC",
};

export const host: Kind<string> = {
  // A name that ends in digits only is a mistyped IPv4 address (RFC 1123 §2.1).
  schema: z.string().refine((name) => isIP(name) !== 0 || /^(?!.*(^|\.)\d+$)[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(name)),
  allowed: "an IP address or a host name to listen on",
};

const origin = z.string().transform((text, context) => {
  const url = URL.parse(text);
  const bare = url && url.pathname === "/" && !url.search && !url.hash && !url.username && !url.password;
  if (bare && (url.protocol === "http:" || url.protocol === "https:")) return url.origin;
  context.addIssue("not an origin");
  return z.NEVER;
});

export const origins: Kind<readonly string[]> = (() => {
  const named = list(origin, "* or a comma-separated list of origins such as http://dashboard:8502");
  return { ...named, schema: z.union([z.literal("*").transform(() => ["*"]), named.schema]) };
})();

// What an HTTP header carries unchanged (RFC 9110 §5.5), without the separators of the list and of "Bearer key".
const key = z.string().regex(/^[!-+\--~]+$/);
export const adminKey: Kind<string> = { schema: key, allowed: "a key of ASCII characters without spaces and commas" };
export const keys = list(key, "a comma-separated list of keys of ASCII characters without spaces");

export const networks = list(
  z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]),
  "a comma-separated list of IP addresses or CIDR networks such as 10.0.0.0/8",
);

export const yesNo: Kind<boolean> = {
  schema: z.stringbool({ truthy: ["true", "1", "yes", "on"], falsy: ["false", "0", "no", "off"] }),
  allowed: "true or false",
};

/** A cron pattern with so many fields, for a day that exists: 30 February never comes. */
export const cronOf = (...fields: readonly number[]) =>
  z.string().refine((pattern) => {
    try {
      const isPlain = /^@/.test(pattern) || fields.includes(pattern.trim().split(/\s+/).length);
      return isPlain && new Cron(pattern, { paused: true }).nextRun() !== null;
    } catch {
      return false;
    }
  });

export const cron: Kind<string> = {
  // With a sixth field, for the seconds, `* * * * * *` would do every second what is meant for the night.
  schema: cronOf(5),
  allowed: "a cron pattern of five fields for a day that exists, such as 0 2 * * * (daily at 02:00)",
};

/** When something is done by the clock; null for never. */
export const cronOrOff: Kind<string | null> = {
  schema: z.union([
    z
      .string()
      .regex(/^(off|0)$/i)
      .transform(() => null),
    cron.schema,
  ]),
  allowed: `${cron.allowed}, or off`,
};

export const geminiKey: Kind<string> = { schema: key, allowed: "a Gemini API key, without spaces" };
export const geminiModel: Kind<string> = {
  schema: z.string().regex(/^((models|tunedModels)\/)?[a-z\d][\w.-]{0,99}$/i),
  allowed: "the name of a Gemini model such as gemini-flash-latest",
};

export const address: Kind<string> = {
  // The hub puts version and path after it, and its key into a header.
  schema: z.string().refine((text) => {
    const url = URL.parse(text);
    if (!url || url.search || url.hash || url.username || url.password) return false;
    return url.protocol === "http:" || url.protocol === "https:";
  }),
  allowed: "an http or https address such as https://gateway.example/gemini",
};
