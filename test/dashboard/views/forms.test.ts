import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { livePath, row, temporaryHome, writeDatabase } from "../../support/files.ts";
import { eventually, type Hub, startHub } from "../../support/hub.ts";

setDefaultTimeout(180_000);

let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row({})]);
  hub = await startHub({ home });
});
afterAll(() => hub?.stop());

const htmx = { "HX-Request": "true" };
async function post(path: string, fields: Record<string, string>, headers: Record<string, string> = htmx) {
  const response = await hub.fetch(path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { Origin: hub.url, "Accept-Language": "en", ...headers },
    redirect: "manual",
  });
  return { status: response.status, headers: response.headers, html: await response.text() };
}
const save = (fields: Record<string, string>, headers?: Record<string, string>) =>
  post("/dashboard/views", fields, headers);
const said = (html: string): string | undefined => /<p role="\w+">([^<]*)/.exec(html)?.[1];
const links = async (): Promise<string[]> => {
  const html = await (await hub.fetch("/dashboard/views?of=/", { headers: htmx })).text();
  return [...html.matchAll(/<li><a href="([^"]*)"/g)].map(([, href]) => href!.replaceAll("&amp;", "&"));
};

/** Each test begins without views, whichever comes first. */
afterEach(async () => {
  const html = await (await hub.fetch("/dashboard/views?of=/", { headers: htmx })).text();
  for (const [, id] of html.matchAll(/name="id" value="(\d+)"/g))
    await post("/dashboard/views/delete", { id: id!, of: "/" });
});

test("a view is stored as the dashboard writes its address: named periods as names, without what means nothing", async () => {
  const of = "/?period=last_7&items=A,,A&q=+x+&unit=soon&wall=1&evil=<script>#top";
  const { status, html } = await save({ name: "  Week ", of, wall: "1" });
  expect([status, said(html)]).toEqual([200, "The view “Week” was saved."]);
  expect(await links()).toEqual(["/?period=last_7&items=A&q=x"]);
  await eventually("the audit line", () =>
    /AUDIT view 'Week' saved as \/\?period=last_7\S* by 127\.0\.0\.1/.test(hub.log()) ? true : undefined,
  );
});

test.each([
  "javascript:alert(1)",
  "https://elsewhere.example/",
  "//elsewhere.example/",
  "/\\elsewhere.example/",
  "/docs",
  "/dashboard/choose?to=/",
  "/dashboard/views",
  "/..//elsewhere.example/",
  "",
])("an address that is no page of the dashboard (%p) is refused", async (of) => {
  const before = await links();
  const { status, html } = await save({ name: "Elsewhere", of });
  expect([status, said(html)]).toEqual([422, "That is no page of this dashboard, so it cannot be saved."]);
  expect(await links()).toEqual(before);
});

test("every refusal says why and keeps what was typed", async () => {
  expect(said((await save({ name: " ", of: "/" })).html)).toBe("Please enter a name.");
  const long = await save({ name: "x".repeat(61), of: "/", wall: "1" });
  expect([long.status, said(long.html)]).toEqual([422, "A name has 60 characters at most."]);
  expect(long.html).toContain(`value="${"x".repeat(61)}"`);
  expect(long.html).toMatch(/name="wall" value="1" checked/);
  await save({ name: "Week", of: "/?period=last_7" });
  const taken = await save({ name: "WEEK", of: "/?period=today" });
  expect([taken.status, said(taken.html)]).toEqual([409, "There is a view “WEEK” already. Replace it with this page?"]);
  expect(taken.html).toContain('name="replace" value="WEEK"');
  // The answer to the question is for that name alone.
  expect((await save({ name: "week", of: "/?period=today", replace: "other" })).status).toBe(409);
  expect((await save({ name: "week", of: "/?period=today", replace: "week" })).status).toBe(200);
  expect(await links()).toEqual(["/?period=today"]);
});

test("a form of another site, or of none, changes nothing", async () => {
  const before = await links();
  for (const headers of [
    { Origin: "http://elsewhere.example" },
    { Origin: "null" },
    { "Sec-Fetch-Site": "cross-site" },
  ]) {
    expect((await save({ name: "Forged", of: "/" }, headers)).status).toBe(403);
    expect((await post("/dashboard/views/delete", { id: "1", of: "/" }, headers)).status).toBe(403);
  }
  expect(await links()).toEqual(before);
});

test("without scripts a form leads back to the list as a page, with the frame of one", async () => {
  await save({ name: "Today", of: "/?period=today" });
  const plain = await save({ name: "Plain", of: "/?period=yesterday" }, {});
  expect([plain.status, plain.headers.get("location")]).toEqual([303, "/dashboard/views?of=%2F%3Fperiod%3Dyesterday"]);
  const page = await (await hub.fetch(plain.headers.get("location")!)).text();
  expect(page).toStartWith("<!doctype html>");
  expect(page).toContain('<a href="/?period=yesterday">돌아가기</a>');
  const id = /name="id" value="(\d+)"/.exec(page.slice(page.indexOf("Plain")))![1]!;
  expect((await post("/dashboard/views/delete", { id, of: "https://elsewhere.example/" }, {})).status).toBe(303);
  expect(await links()).toEqual(["/?period=today"]);
  expect(said((await post("/dashboard/views/delete", { id, of: "/" })).html)).toBe("That view was deleted already.");
});

test("names are shown as text, whatever they hold", async () => {
  const { html } = await save({ name: '<img src=x onerror=alert(1)> "quoted"', of: "/" });
  expect(html).not.toContain("<img");
  expect(html).toContain("&lt;img src=x onerror=alert(1)&gt; &quot;quoted&quot;");
});
