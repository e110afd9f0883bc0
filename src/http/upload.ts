import type { Context } from "hono";
import type { HubEnv } from "./env.ts";
import { HttpError } from "./errors.ts";

/** A file that a client sent, and the texts that a form sent with it. */
export interface UploadedFile {
  name: string;
  bytes: Uint8Array;
  fields: Readonly<Record<string, string>>;
}

/** What surrounds a file in a form, at most: boundaries, headers, short fields. */
export const formBytes = 64 * 1024;

/**
 * The file in a request: of a form the field `file`, else the body itself. Throws HttpError 413 for one of more than `mostBytes`, and 422 for a form without
 * one or one that cannot be read.
 */
export async function uploadedFile(c: Context<HubEnv>, mostBytes: number): Promise<UploadedFile> {
  const type = c.req.header("Content-Type") ?? "";
  const { name, bytes, fields } = /^multipart\/form-data\b/i.test(type)
    ? await fromForm(c)
    : { name: "", bytes: new Uint8Array(await c.req.arrayBuffer()), fields: {} };
  if (bytes.length > mostBytes)
    throw new HttpError(413, `The file is larger than the ${mostBytes} bytes that are allowed.`);
  return { name, bytes, fields };
}

async function fromForm(c: Context<HubEnv>): Promise<UploadedFile> {
  const sent = await sentForm(c);
  const { file } = sent;
  if (!(file instanceof File)) throw refusedForm("The form has no file in the field 'file'.");
  const texts = Object.entries(sent).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()), fields: Object.fromEntries(texts) };
}

/** The fields of a form, by name the last of each; none for a body of another type. Throws HttpError 422 for one that cannot be read. */
export async function sentForm(c: Context<HubEnv>): Promise<Record<string, string | File>> {
  try {
    return await c.req.parseBody();
  } catch {
    throw refusedForm("The form cannot be read.");
  }
}

const refusedForm = (msg: string): HttpError =>
  new HttpError(422, [{ type: "missing", loc: ["body", "file"], msg, input: null }]);
