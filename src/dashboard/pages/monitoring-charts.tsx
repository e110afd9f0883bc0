/** @jsxImportSource hono/jsx */
import type { Figures, History } from "../../monitoring/history.ts";
import { Figure } from "../elements.tsx";
import type { View } from "../view.ts";

/** One line or row of bars; as `ChartSeries` in public/dashboard/chart-options.js, but for its values. */
interface Line {
  of: keyof Figures;
  label: string;
  form: "bars" | "line" | "long" | "dots" | "dashed";
  /** Figures on a scale `percent` are drawn from 0 to 100. */
  scale: string;
  colour: string;
}

interface Chart {
  id: string;
  title: string;
  about?: string;
  lines: readonly Line[];
}

/** The history as charts; the page has their figures in one table. */
export function MonitoringCharts({ view, history }: { view: View; history: History }) {
  const time = (ms: number): string => view.hub!.operations.time(ms).slice(0, 16).replace(" ", "T");
  const starts = history.steps.map(({ at }) => time(at));
  return (
    <div class="monitoring-charts">
      {chartsOf(view).map(({ id, title, about, lines }) => (
        <Figure
          view={view}
          id={id}
          title={title}
          tools={about === undefined ? null : <span class="hint">{about}</span>}
          data={{
            kind: "times",
            unit: "minute",
            starts,
            series: lines.map(({ of, ...line }) => ({ ...line, values: history.steps.map((step) => step[of]) })),
          }}
        />
      ))}
    </div>
  );
}

function chartsOf({ texts }: View): Chart[] {
  const { charts, about, figures } = texts.monitoring;
  const [blue, orange, grey] = ["--quantity", "--batches", "--compared"];
  return [
    {
      id: "requests",
      title: charts.requests,
      lines: [{ of: "requests_per_hour", label: figures.requestsPerHour, form: "bars", scale: "count", colour: blue }],
    },
    {
      id: "response",
      title: charts.response,
      about: about.response,
      lines: [
        { of: "p50_ms", label: figures.p50, form: "line", scale: "ms", colour: blue },
        { of: "p95_ms", label: figures.p95, form: "long", scale: "ms", colour: orange },
        { of: "p99_ms", label: figures.p99, form: "dots", scale: "ms", colour: grey },
      ],
    },
    {
      id: "errors",
      title: charts.errors,
      about: about.errors,
      lines: [
        { of: "error_rate_percent", label: figures.errorRate, form: "bars", scale: "rate", colour: "--bad" },
        { of: "rate_limited", label: figures.rateLimited, form: "line", scale: "count", colour: grey },
      ],
    },
    {
      id: "cache",
      title: charts.cache,
      lines: [
        { of: "cache_hit_rate_percent", label: figures.cacheHitRate, form: "line", scale: "percent", colour: blue },
      ],
    },
    {
      id: "cpu",
      title: charts.cpu,
      about: about.cpu,
      lines: [
        { of: "cpu_hub_percent", label: figures.cpuHub, form: "line", scale: "percent", colour: blue },
        { of: "cpu_percent", label: figures.cpu, form: "dashed", scale: "percent", colour: grey },
      ],
    },
    {
      id: "memory",
      title: charts.memory,
      lines: [
        { of: "memory_hub_mb", label: figures.memoryHub, form: "line", scale: "mb", colour: blue },
        { of: "memory_hub_max_mb", label: figures.memoryHubMax, form: "dashed", scale: "mb", colour: grey },
      ],
    },
    {
      id: "machine",
      title: charts.machine,
      lines: [
        { of: "memory_percent", label: figures.memory, form: "line", scale: "percent", colour: blue },
        { of: "disk_percent", label: figures.disk, form: "long", scale: "percent", colour: orange },
      ],
    },
    {
      id: "delay",
      title: charts.delay,
      about: about.delay,
      lines: [
        { of: "loop_delay_p99_ms", label: figures.delayP99, form: "line", scale: "ms", colour: blue },
        { of: "loop_delay_max_ms", label: figures.delayMax, form: "dots", scale: "ms", colour: grey },
      ],
    },
    {
      id: "clients",
      title: charts.clients,
      lines: [
        { of: "sse_clients", label: figures.clients, form: "line", scale: "count", colour: blue },
        { of: "connections", label: figures.connections, form: "dashed", scale: "count", colour: grey },
      ],
    },
    {
      id: "tokens",
      title: charts.tokens,
      lines: [
        { of: "tokens", label: figures.tokens, form: "bars", scale: "tokens", colour: blue },
        { of: "chat_questions", label: figures.questions, form: "line", scale: "count", colour: orange },
      ],
    },
  ];
}
