import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { homeOfThreeItems, posted } from "../support/chat.ts";
import { temporaryHome } from "../support/files.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";
import { freePort } from "../support/hub-folder.ts";
import { scrape } from "../support/metrics.ts";
import { root, tied } from "../support/processes.ts";
import { story } from "../support/story.ts";

/** How long a real Prometheus reads the hub; HUB_TEST_SCRAPE_SECONDS=300 for the five minutes of the requirement. */
const scrapeSeconds = Number(process.env.HUB_TEST_SCRAPE_SECONDS ?? 3);
/** Twice, because a single scrape that a busy machine holds up begins the time anew. */
const limitSeconds = 2 * scrapeSeconds + 180;
setDefaultTimeout(limitSeconds * 1000);

const folder = join(root, "docs/monitoring");
const dashboard: Json = JSON.parse(readFileSync(join(folder, "grafana-dashboard.json"), "utf8"));
const rules = readFileSync(join(folder, "alert-rules.yml"), "utf8");
const panels: Json[] = dashboard.panels.filter(({ type }: Json) => type !== "row");
const key = "a-key-for-prometheus";

/** A PromQL expression of the dashboard as Grafana sends it. */
const filled = (expression: string): string =>
  expression.replaceAll("$instance", ".*").replaceAll("$__rate_interval", "1m");
const expressions: { panel: string; expression: string }[] = panels.flatMap(({ title, targets }: Json) =>
  targets.map(({ expr }: Json) => ({ panel: title, expression: filled(expr) })),
);

let hub: Hub;
/** Begun at once, because it looks for what it is to read only after 5 s. Null where it is not installed. */
let starting: ReturnType<typeof startPrometheus> | null = null;
beforeAll(async () => {
  hub = await startHub({ home: homeOfThreeItems(), env: { API_KEYS: key } });
  if (Bun.which("prometheus")) starting = startPrometheus(new URL(hub.url).host);
});
afterAll(async () => {
  const prometheus = await starting;
  prometheus?.process.kill();
  await prometheus?.process.exited;
  await hub.stop();
});
const asked = (path: string, init: BunFetchRequestInit = {}): Promise<Response> =>
  hub.fetch(path, { ...init, headers: { ...(init.headers as Record<string, string>), "X-API-Key": key } });

test("every metric that the dashboard and the alert rules name is one that /metrics declares, and the other way round", async () => {
  const { names } = await scrape(hub, { headers: { "X-API-Key": key } });
  const text = [...expressions.map(({ expression }) => expression), rules, JSON.stringify(dashboard.annotations)].join(
    " ",
  );
  const named = new Set([...text.matchAll(/\b(?:hub|process)_[a-z_]+/g)].map(([name]) => name));
  const declared = [...names].flatMap(([name, type]) =>
    type === "histogram" ? ["_bucket", "_sum", "_count"].map((part) => name + part) : [name],
  );
  expect([...named].filter((name) => !declared.includes(name))).toEqual([]);
  // What no panel and no rule shows is for one's own questions.
  const ownQuestions = [
    ...["hub_job_next_run_timestamp_seconds", "hub_segment_mirrored"],
    ...["hub_message_channel_configured", "hub_message_last_success_timestamp_seconds"],
  ];
  const isShown = (name: string) => named.has(name) || named.has(`${name}_bucket`);
  expect([...names.keys()].filter((name) => !isShown(name) && !ownQuestions.includes(name))).toEqual([]);
});

test("the dashboard asks for its data source when it is imported, and no two panels lie on each other", () => {
  expect(dashboard.templating.list.map(({ name }: Json) => name)).toEqual(["datasource", "instance"]);
  const sources = JSON.stringify(dashboard).match(/"uid":"[^"]*"/g)!;
  expect(new Set(sources)).toEqual(new Set([`"uid":"\${datasource}"`, `"uid":"production-data-hub"`]));
  const taken = new Set<string>();
  for (const { id, title, gridPos } of dashboard.panels as Json[]) {
    expect([id, gridPos.x + gridPos.w <= 24]).toEqual([id, true]);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect([title, x, y, taken.has(`${x} ${y}`)]).toEqual([title, x, y, false]);
        taken.add(`${x} ${y}`);
      }
    }
  }
  expect(new Set(dashboard.panels.map(({ id }: Json) => id)).size).toBe(dashboard.panels.length);
});

describe.skipIf(!Bun.which("promtool"))("promtool (needs Debian's prometheus)", () => {
  const promtool = async (...args: string[]): Promise<string> => {
    const ran = Bun.spawn(["promtool", ...args], { cwd: root, stdout: "pipe", stderr: "pipe" });
    const said = (await ran.stdout.text()) + (await ran.stderr.text());
    return (await ran.exited) === 0 ? "well" : said;
  };

  test("takes the alert rules and the configuration", async () => {
    expect(await promtool("check", "rules", "docs/monitoring/alert-rules.yml")).toBe("well");
    expect(await promtool("check", "config", "--syntax-only", "docs/monitoring/prometheus.yml")).toBe("well");
  });

  test("finds that the alerts fire on trouble, and on nothing else", async () => {
    expect(await promtool("test", "rules", "test/api/alert-rules.test.yml")).toBe("well");
  });
});

describe.skipIf(!Bun.which("prometheus"))("a real Prometheus (needs Debian's prometheus)", () => {
  const step = story("reads the hub and answers what the dashboard and the rules ask", limitSeconds * 1000);
  let url: string;
  beforeAll(async () => {
    url = (await starting!).url;
  });

  const api = async (path: string, parameters: Record<string, string> = {}): Promise<Json> => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const body = (await response.json()) as Json;
    if (body.status !== "success") throw new Error(`${JSON.stringify(parameters)}: ${body.error}`);
    return body.data;
  };
  const value = async (query: string): Promise<number> => Number((await api("query", { query })).result[0]?.value[1]);

  step(`reads the hub for ${scrapeSeconds} s without an error, and counts what was asked`, async () => {
    await eventually("the first scrape", async () => ((await value("up")) === 1 ? true : undefined));
    const end = Date.now() + scrapeSeconds * 1000;
    let made = 0;
    while (Date.now() < end || made < 30) {
      if (made % 10 === 0) await asked("/chat", posted({ query: "이번 달 총 생산량은?" }));
      await asked("/items");
      await asked(`/records?limit=${(made % 7) + 1}`);
      await asked("/no-such-path");
      made++;
      await Bun.sleep(50);
    }
    const counted = (route: string, status: number) =>
      value(`sum(hub_http_requests_total{route="${route}",status="${status}"})`);
    await eventually("the last requests are read", async () =>
      (await counted("unknown", 404)) === made ? true : undefined,
    );
    expect([await counted("/items", 200), await counted("/records", 200)]).toEqual([made, made]);
    expect(await value("sum(hub_chat_answers_total)")).toBe(Math.ceil(made / 10));

    const during = `[${scrapeSeconds}s]`;
    const well = async () => {
      const [{ health, lastError }] = (await api("targets")).activeTargets;
      const scrapes = await value(`count_over_time(up${during})`);
      const up = await value(`min_over_time(up${during})`);
      const samples = await value("sum(scrape_samples_scraped)");
      // Every scrape kept all that it read: nothing out of order, none twice.
      const kept = await value("scrape_samples_post_metric_relabeling == bool scrape_samples_scraped");
      return (
        health === "up" && lastError === "" && scrapes >= scrapeSeconds - 1 && up === 1 && samples > 200 && kept === 1
      );
    };
    await eventually("all was well for as long", async () => (await well()) || undefined, (scrapeSeconds + 60) * 1000);
  });

  step("answers every question of the dashboard, with figures where there are any", async () => {
    const empty: string[] = [];
    for (const { panel, expression } of expressions) {
      const { result } = await api("query", { query: expression });
      if (result.length === 0) empty.push(panel);
    }
    // Of these there is nothing to be seen in a hub that has just been started, without a model or a backup.
    const mayBeEmpty = [
      ...["Oldest backup", "Age of the backups", "Time since the last success", "Duration of the last run"],
      ...["Failed, running, paused", "How answers of models were judged", "Errors and refusals"],
      ...["MCP messages and conversations", "Alerts and messages", "Disk used"],
      ...["Findings in the data", "Shift of the production", "Last look through the data"],
    ];
    expect(empty.filter((panel) => !mayBeEmpty.includes(panel))).toEqual([]);
  });

  step("evaluates every alert rule, and none of them fires", async () => {
    const evaluated = await eventually("the rules are evaluated", async () => {
      const all: Json[] = (await api("rules")).groups[0].rules;
      return all.every(({ health }) => health !== "unknown") ? all : undefined;
    });
    expect(evaluated.length).toBe(rules.match(/- alert:/g)!.length);
    expect(evaluated.filter(({ health }) => health !== "ok")).toEqual([]);
    expect(evaluated.filter(({ state }) => state === "firing").map(({ name }) => name)).toEqual([]);
  });
});

/** Starts Prometheus with the documented configuration, aimed at this hub, on a free port. */
async function startPrometheus(target: string): Promise<{ url: string; process: Subprocess }> {
  const home = temporaryHome();
  mkdirSync(home, { recursive: true });
  cpSync(join(folder, "alert-rules.yml"), join(home, "alert-rules.yml"));
  writeFileSync(join(home, "hub-api-key"), key);
  const configuration = readFileSync(join(folder, "prometheus.yml"), "utf8")
    .replace("hub-pc:8000", target)
    .replace("scrape_interval: 15s", "scrape_interval: 1s")
    .replace("    # authorization:\n    #   credentials_file", "    authorization:\n      credentials_file");
  writeFileSync(join(home, "prometheus.yml"), `global:\n  evaluation_interval: 1s\n${configuration}`);
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const process = tied(
    Bun.spawn(
      ["prometheus", `--config.file=${home}/prometheus.yml`, `--storage.tsdb.path=${home}/data`].concat(
        `--web.listen-address=127.0.0.1:${port}`,
        "--log.level=error",
      ),
      { cwd: home, stdout: "ignore", stderr: "inherit" },
    ),
  );
  await eventually("Prometheus is ready", async () => {
    const response = await fetch(`${url}/-/ready`).catch(() => null);
    return response?.status === 200 ? true : undefined;
  });
  return { url, process };
}
