import { z } from "zod";
import { address, host, type Kind, list } from "./kinds.ts";

// A query may be part of the address; a name and password in it would be refused by every client of HTTP.
const webhook = z.string().refine((text) => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && !url.hash && !url.username && !url.password;
});
export const slackAddress: Kind<string> = {
  schema: webhook,
  allowed: "an http or https address such as https://hooks.slack.com/services/T000/B000/XXXX",
};
export const webhookAddress: Kind<string> = {
  schema: webhook,
  allowed: "an http or https address such as http://192.168.0.20:9000/alerts",
};

export const publicAddress: Kind<string> = {
  ...address,
  allowed: "an http or https address such as http://192.168.0.10:8000",
};
export const mailServer: Kind<string> = {
  ...host,
  allowed: "the IP address or the host name of a mail server such as smtp.factory.example",
};

const line = z.string().regex(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,256}$/u);
export const secretLine: Kind<string> = { schema: line, allowed: "one line of at most 256 characters" };
export const accountName: Kind<string> = { schema: line, allowed: "the name of an account, on one line" };

export const mailSecurity: Kind<"none" | "starttls" | "tls"> = {
  schema: z.enum(["none", "starttls", "tls"]),
  allowed: "none, starttls or tls",
};

// Of RFC 5321 what mail servers take: no quoted names, no comments; the host may be one without a dot, as in a company's network.
const bare = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d]([a-z\d.-]{0,252}[a-z\d])?$/i;
// A name before the address goes into a header, so it holds nothing that ends one.
const named = /^[^\p{Cc}\p{Zl}\p{Zp}<>"\\,;]{0,100}<([^<>]+)>$/u;

export const mailAddress: Kind<string> = {
  schema: z.string().refine((text) => bare.test(named.exec(text)?.[1] ?? text)),
  allowed: "a mail address such as hub@factory.example or Hub <hub@factory.example>",
};

export const mailAddresses = list(
  z.string().regex(bare),
  "a comma-separated list of mail addresses such as kim@factory.example",
);
