import { adminKey, host, keys, networks, origins, timezone, type Variable, whole } from "./kinds.ts";

/** Where the hub listens, and to whom it answers. */
export const serverVariables = {
  apiPort: {
    name: "API_PORT",
    kind: whole(0, 65_535),
    default: "8000",
    meaning: "Port of the REST API; 0 takes any free port.",
  },
  dashboardPort: {
    name: "DASHBOARD_PORT",
    kind: whole(0, 65_535, "off"),
    default: "8502",
    meaning: "A second port under which the dashboard was known before; it is on API_PORT as well.",
  },
  host: { name: "HOST", kind: host, default: "0.0.0.0", meaning: "Address to listen on." },
  timezone: {
    name: "HUB_TIMEZONE",
    kind: timezone,
    default: "Asia/Seoul",
    meaning: "The factory's time zone: today, log times, timestamps.",
  },
  corsOrigins: {
    name: "CORS_ORIGINS",
    kind: origins,
    default: "",
    meaning: "Origins whose pages may call the API from a browser.",
  },
  rateLimitApi: {
    name: "RATE_LIMIT_API",
    kind: whole(0, 1_000_000, "off"),
    default: "60",
    meaning: "Requests a minute for each client address.",
  },
  rateLimitChat: {
    name: "RATE_LIMIT_CHAT",
    kind: whole(0, 1_000_000, "off"),
    default: "20",
    meaning: "Questions to the chat a minute for each client address.",
  },
  cacheMax: {
    name: "CACHE_MAX",
    kind: whole(0, 100_000, "off"),
    default: "200",
    meaning: "Answers kept in memory.",
  },
  cacheTtlSec: {
    name: "CACHE_TTL",
    kind: whole(1, 86_400),
    default: "300",
    meaning: "Seconds an answer is kept at most; changed data replace it earlier.",
  },
  apiKeys: {
    name: "API_KEYS",
    kind: keys,
    default: "",
    meaning: "Keys that clients must show; without any, none is asked for.",
    secret: true,
  },
  adminKey: {
    name: "ADMIN_KEY",
    kind: adminKey,
    default: undefined,
    meaning: "Key for admin actions; without it they are allowed from this machine only.",
    secret: true,
  },
  trustedProxies: {
    name: "TRUSTED_PROXIES",
    kind: networks,
    default: "",
    meaning: "Proxies whose X-Forwarded-For header is believed.",
  },
} satisfies Record<string, Variable<unknown>>;
