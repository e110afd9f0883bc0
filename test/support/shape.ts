import { expect } from "bun:test";
import type { Json } from "./hub.ts";
import { SUMMARY_ADDRESSES } from "./summaries.ts";

/** Every endpoint of CONTRACT §3 that reads data, with the parameters it requires. */
export const DATA_ENDPOINTS = ["/records", "/records/BW0021", "/items", ...SUMMARY_ADDRESSES] as const;

/** The exports of CONTRACT §3. */
export const EXPORTS = ["/records.csv", "/records.xlsx"] as const;

/** Every other endpoint of CONTRACT §3 that answers GET. */
export const OTHER_ENDPOINTS = [
  "/",
  "/healthz",
  "/metrics/performance",
  "/metrics/cache",
  "/openapi.json",
  "/docs",
] as const;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** Errors whose cause a person can mend; the others keep the earlier service's words, such as "Not Found". */
const SENTENCES = [400, 429, 503];

/** Checks that an error has the shape of CONTRACT §2; 422 carries a list of findings, the chat's 429 a code with its text, the others a text. */
export function expectError({ status, headers, body }: Answer, wanted: number): void {
  expect([status, body]).toEqual([wanted, { detail: expect.anything(), request_id: expect.any(String) }]);
  expect(headers.get("content-type")).toStartWith("application/json");
  expect(body.request_id).toBe(headers.get("x-request-id"));
  expect(body.request_id).toMatch(REQUEST_ID);
  if (wanted !== 422) {
    const told = body.detail.code === "RATE_LIMITED" ? body.detail.message : body.detail;
    expect(told).toMatch(SENTENCES.includes(wanted) ? /^\p{Lu}.*\.\)?$/su : /./);
    // Internals have no place in it.
    expect(told).not.toMatch(/node_modules|\.ts\b|SQLITE|\bat \w+ \(/);
    return;
  }
  expect(body.detail).toBeArray();
  expect(body.detail.length).toBeGreaterThan(0);
  for (const finding of body.detail) {
    expect(Object.keys(finding).sort()).toEqual(["input", "loc", "msg", "type"]);
    expect(finding.type).toBeString();
    expect(finding.msg).toBeString();
    expect(finding.loc).toBeArray();
  }
}

/** Checks that a 422 blames the query parameter `name`. */
export function expectBlamed(answer: Answer, name: string): void {
  expectError(answer, 422);
  expect(answer.body.detail.map((finding: Json) => finding.loc)).toContainEqual(["query", name]);
}

/** What a request id looks like. */
export const REQUEST_ID = /^[\w-]{8}$/;
