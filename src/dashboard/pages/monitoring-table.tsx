/** @jsxImportSource hono/jsx */
import type { Figures, History } from "../../monitoring/history.ts";
import { Quantity, Scroll } from "../elements.tsx";
import type { View } from "../view.ts";
import { type Particular, Particulars } from "./operations-particulars.tsx";

/** The columns of the table by the names of their headings in the catalogue. */
const columns = {
  requests: "requests",
  requestsPerHour: "requests_per_hour",
  serverErrors: "server_errors",
  errorRate: "error_rate_percent",
  clientErrors: "client_errors",
  rateLimited: "rate_limited",
  p50: "p50_ms",
  p95: "p95_ms",
  p99: "p99_ms",
  questions: "chat_questions",
  tokens: "tokens",
  cacheHitRate: "cache_hit_rate_percent",
  cpuHub: "cpu_hub_percent",
  cpu: "cpu_percent",
  memoryHub: "memory_hub_mb",
  memoryHubMax: "memory_hub_max_mb",
  memory: "memory_percent",
  disk: "disk_percent",
  delayP99: "loop_delay_p99_ms",
  delayMax: "loop_delay_max_ms",
  clients: "sse_clients",
  connections: "connections",
} as const satisfies Record<string, keyof Figures>;

const names = Object.keys(columns) as (keyof typeof columns)[];

/** What the whole period came to, at a glance. */
const summary = ["requests", "errorRate", "rateLimited", "p50", "p95", "p99", "cacheHitRate", "tokens"] as const;

/** All of the period as one span. */
export function Whole({ view, whole }: { view: View; whole: Figures }) {
  const { texts, format } = view;
  const words = texts.monitoring;
  const facts = summary.map((name): Particular => {
    const value = whole[columns[name]];
    return [words.figures[name], value === null ? "–" : <data value={String(value)}>{format.exact(value)}</data>];
  });
  return (
    <article class="panel" id="whole">
      <h2>{words.whole}</h2>
      <Particulars of={facts} />
    </article>
  );
}

/** Every figure of every step in which the hub ran, the newest first. */
export function MonitoringTable({ view, history }: { view: View; history: History }) {
  const { texts, format, hub } = view;
  const words = texts.monitoring;
  const steps = history.steps.filter(({ covered_seconds }) => covered_seconds > 0).reverse();
  return (
    <details class="panel" id="monitoring-table">
      <summary>{words.table}</summary>
      <Scroll label={words.tableLabel}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.figures.time}</th>
              {names.map((name) => (
                <th scope="col" class="number">
                  {words.figures[name]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <tr>
                <th scope="row">{hub!.operations.time(step.at).slice(0, 16)}</th>
                {names.map((name) => (
                  <Quantity value={step[columns[name]]} format={format} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}
