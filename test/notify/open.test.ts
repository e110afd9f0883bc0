import { expect, test } from "bun:test";
import { hostname } from "node:os";
import { loadSettings } from "../../src/config.ts";
import { incompleteChannels } from "../../src/notify/incomplete.ts";
import { configuredChannels, mailRoute, notifySecrets, publicUrl } from "../../src/notify/open.ts";
import { temporaryHome } from "../support/files.ts";

const home = temporaryHome();
const settings = (env: Record<string, string>) => loadSettings({ home, env });
const mail = { SMTP_HOST: "mail.factory.example", MAIL_TO: "kim@factory.example" };

test("a channel is in use when its settings are complete, and a half of it is told at the start", () => {
  const channels = (env: Record<string, string>) => configuredChannels(settings(env)).map(({ name }) => name);
  const told = (env: Record<string, string>) => incompleteChannels(settings(env), "linux");
  expect([channels({}), told({})]).toEqual([[], []]);
  const whole = {
    ...mail,
    SLACK_WEBHOOK_URL: "https://a/b",
    ALERT_WEBHOOK_URL: "https://a/c",
    ALERT_WEBHOOK_SECRET: "s",
  };
  expect([channels(whole), told(whole)]).toEqual([["slack", "webhook", "mail"], []]);
  const halves: [Record<string, string>, string][] = [
    [{ SMTP_HOST: "mail" }, "SMTP_HOST is set and MAIL_TO is not"],
    [{ MAIL_TO: "a@b" }, "MAIL_TO is set and SMTP_HOST is not"],
    [{ ...mail, SMTP_USER: "hub" }, "SMTP_USER is set and SMTP_PASSWORD is not"],
    [{ ...mail, SMTP_PASSWORD: "p" }, "SMTP_PASSWORD is set and SMTP_USER is not"],
    [{ ...mail, SMTP_USER: "hub", SMTP_PASSWORD: "p", SMTP_SECURITY: "none" }, "With SMTP_SECURITY=none the password"],
    [{ ALERT_WEBHOOK_SECRET: "s" }, "ALERT_WEBHOOK_SECRET is set and ALERT_WEBHOOK_URL is not"],
    [{ EVENT_LOG: "true" }, "EVENT_LOG=true has an effect on Windows alone"],
  ];
  for (const [env, beginning] of halves) expect(told(env)).toEqual([expect.stringContaining(beginning)]);
  expect(incompleteChannels(settings({ EVENT_LOG: "true" }), "win32")).toEqual([]);
});

test("mail goes to the port of its encryption, from the account where nothing else is said", () => {
  const route = (env: Record<string, string>) => mailRoute(settings({ ...mail, ...env }))!;
  expect(["none", "starttls", "tls"].map((security) => route({ SMTP_SECURITY: security }).port)).toEqual([
    25, 587, 465,
  ]);
  expect(route({ SMTP_PORT: "2525" }).port).toBe(2525);
  expect(route({ SMTP_USER: "hub@factory.example", SMTP_PASSWORD: "p" })).toMatchObject({
    from: "hub@factory.example",
    login: { user: "hub@factory.example", password: "p" },
  });
  expect(route({ SMTP_USER: "hub", SMTP_FROM: "허브 <a@b>" }).from).toBe("허브 <a@b>");
  expect(route({ SMTP_USER: "hub" }).from).toMatch(/^hub@[\w.-]+$/);
});

test("links lead to HUB_PUBLIC_URL, else to this computer's name and the port", () => {
  expect(publicUrl(settings({ HUB_PUBLIC_URL: "https://hub.factory.example/production//" }), 1)).toBe(
    "https://hub.factory.example/production",
  );
  expect(publicUrl(settings({}), 8001)).toBe(new URL(`http://${hostname()}:8001`).origin);
});

test("what could be used to write to a webhook or log in is a secret in all its parts, and plain words are none", () => {
  const secrets = notifySecrets(
    settings({
      SLACK_WEBHOOK_URL: "https://hooks.slack.com/services/T01234567/B01234567/AbCdEfGhIjKlMnOp",
      ALERT_WEBHOOK_URL: "https://factory.example/notifications?key=k3y-of-this-test",
      SMTP_USER: "hub",
      SMTP_PASSWORD: "암호 1",
    }),
  );
  for (const part of [
    "T01234567",
    "AbCdEfGhIjKlMnOp",
    "/services/T01234567/B01234567/AbCdEfGhIjKlMnOp",
    "k3y-of-this-test",
    "암호 1",
  ])
    expect(secrets).toContain(part);
  expect(secrets).toContain(Buffer.from("\0hub\0암호 1").toString("base64"));
  for (const word of ["services", "notifications", "hub", ""]) expect(secrets).not.toContain(word);
});
