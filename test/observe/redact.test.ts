import { expect, test } from "bun:test";
import { redactor } from "../../src/observe/redact.ts";

test.each([
  ["GET /records?api_key=abc123&item_code=BW0021 200", "GET /records?api_key=***&item_code=BW0021 200"],
  ["X-API-Key: k1, next: 2", "X-API-Key: ***, next: 2"],
  ["Authorization: Bearer eyJ.x.y", "Authorization: ***"],
  ['Proxy-Authorization: Digest username="a", response="b"\nHost: x', "Proxy-Authorization: ***\nHost: x"],
  ["sent Bearer abcd.efgh to x", "sent Bearer *** to x"],
  ["X-Api-Key: Bearer abcdef", "X-Api-Key: *** ***"],
  ['{"password":"a\\"b c","x":1}', '{"password":***,"x":1}'],
  ['{"password":"cut off in the middle', '{"password":***'],
  ["{ adminKey: 'x y', host: 'z' }", "{ adminKey: ***, host: 'z' }"],
  ["SMTP_PASSWORD=hunter2;SLACK_SECRET = s", "SMTP_PASSWORD=***;SLACK_SECRET = ***"],
  ["refresh_token=123", "refresh_token=***"],
  ["next=%2Fx%3Fapi_key%3Dabc", "next=%2Fx%3Fapi_key%3D***"],
  ["https://user:p4ss@host/x", "https://user:***@host/x"],
])("%s is logged as %s", (text, logged) => {
  expect(redactor()(text)).toBe(logged);
});

test.each([
  "GET /records?item_code=BW0021&q=렌즈 200 1.2 ms",
  "AUDIT search_production_items keyword=BW0021",
  "Token Usage: prompt_tokens=812, totalTokenCount: 1034",
  "SLOW QUERY 812 ms over http://127.0.0.1:8000/records",
  "Monkey business is no key to success",
])("what operators search for stays readable: %s", (text) => {
  expect(redactor(["unrelated-secret"])(text)).toBe(text);
});

test("configured secrets are masked wherever they stand, the longer of two first, also as written in a URL", () => {
  const redact = redactor(["geheim", "geheim-2", "a+b/c", ""]);
  expect(redact("tried geheim-2, then geheim, then /x?y=a%2Bb%2Fc and a+b/c")).toBe(
    "tried ***, then ***, then /x?y=*** and ***",
  );
});

test("a hostile text costs time proportional to its length", () => {
  const redact = redactor(["secret-value"]);
  const bait = [
    "a",
    "key",
    'key="',
    "key=bearer ",
    "key    ",
    "://",
    "://a:",
    "bearer ",
    "token_count",
    "authorization",
  ];
  const cost = (text: string) => {
    const begin = process.cpuUsage();
    redact(text);
    const { user, system } = process.cpuUsage(begin);
    return user + system;
  };
  for (const part of bait) {
    redact(part.repeat(1000));
    const once = Math.max(cost(part.repeat(20_000)), 5000);
    // A square would make this 100 times as much.
    expect(cost(part.repeat(200_000))).toBeLessThan(50 * once);
  }
});
