import { z } from "zod";
import { pathTemplate } from "../http/route.ts";
import { version } from "../version.ts";
import type { AnyEndpoint } from "./endpoint.ts";
import { tags } from "./tags.ts";

const fault = z.object({
  type: z.string(),
  loc: z.array(z.union([z.string(), z.int()])),
  msg: z.string(),
  input: z.unknown(),
});
const coded = z.object({ code: z.string(), message: z.string() });
const errorBody = z
  .object({ detail: z.union([z.string(), z.array(fault), coded]), request_id: z.string() })
  .meta({ id: "Error" });

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document, made from the schemas that validate; the same schemas' answers are its components. */
export function openApiDocument(endpoints: readonly AnyEndpoint[]): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints) {
    const path = pathTemplate(endpoint.path);
    paths[path] = { ...paths[path], [endpoint.method]: operation(endpoint, path, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Production Data Hub",
      version,
      description:
        "Production records of the factory's ERP, over this year's and earlier years' files. " +
        "Every path is also served without `/api/v1` for existing clients. " +
        "Assistants use the chat's tools over the Model Context Protocol at `/mcp`.",
      license: { name: "Proprietary", identifier: "LicenseRef-Proprietary" },
    },
    servers: [{ url: "/api/v1" }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas,
      responses: errorResponses(schemas),
      securitySchemes: {
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
        bearer: { type: "http", scheme: "bearer" },
      },
    },
    security: [{}, { apiKey: [] }, { bearer: [] }],
  };
}

function operation(endpoint: AnyEndpoint, path: string, schemas: Json): Json {
  const parameters = [
    ...parametersOf(endpoint.params, "path", schemas),
    ...parametersOf(endpoint.query, "query", schemas),
  ];
  const content = Object.fromEntries(
    Object.entries(endpoint.answer).map(([type, schema]) => [type, { schema: jsonSchema(schema, "output", schemas) }]),
  );
  const errors = ["401", "429", "500", ...(endpoint.readsData ? ["503"] : []), ...(endpoint.admin ? ["403"] : [])];
  if (endpoint.query || endpoint.params) errors.push("400", "422");
  if (endpoint.body) errors.push("415", "422");
  return {
    operationId: `${endpoint.method}${path.replace(/[/._{}]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary: endpoint.summary,
    ...(endpoint.description ? { description: endpoint.description } : {}),
    tags: [endpoint.tag],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(endpoint.body ? { requestBody: requestBody({ "application/json": endpoint.body }, schemas) } : {}),
    ...(endpoint.accepts ? { requestBody: requestBody(endpoint.accepts, schemas) } : {}),
    responses: {
      [endpoint.success ?? 200]: { description: endpoint.summary, content },
      ...(endpoint.readsData ? { 304: { description: "The data have not changed since the given ETag." } } : {}),
      ...Object.fromEntries(errors.sort().map((status) => [status, { $ref: `#/components/responses/${status}` }])),
    },
    ...(endpoint.admin ? { security: [{ apiKey: [] }, { bearer: [] }] } : {}),
  };
}

function parametersOf(schema: z.ZodObject | undefined, place: "query" | "path", schemas: Json): Json[] {
  if (!schema) return [];
  const { properties, required = [] } = jsonSchema(schema, "input", schemas) as {
    properties: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, deprecated, ...rest }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description ? { description } : {}),
    ...(deprecated ? { deprecated } : {}),
    schema: rest,
  }));
}

function requestBody(types: Record<string, z.ZodType>, schemas: Json): Json {
  const content = Object.entries(types).map(([type, schema]) => [
    type,
    { schema: jsonSchema(schema, "input", schemas) },
  ]);
  return { required: true, content: Object.fromEntries(content) };
}

/** A schema as JSON Schema; named ones move to the components and are referred to. */
function jsonSchema(schema: z.ZodType, io: "input" | "output", schemas: Json): Json {
  const { $schema, $defs, ...made } = z.toJSONSchema(schema, {
    io,
    target: "draft-2020-12",
    unrepresentable: "any",
  }) as Json & { $defs?: Record<string, Json> };
  for (const [name, definition] of Object.entries($defs ?? {}))
    schemas[name] = withoutId(pointedAtComponents(definition));
  const { id, ...plain } = pointedAtComponents(made);
  if (typeof id !== "string") return plain;
  schemas[id] = plain;
  return { $ref: `#/components/schemas/${id}` };
}

function pointedAtComponents(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}

function withoutId({ id: _, ...definition }: Json): Json {
  return definition;
}

function errorResponses(schemas: Json): Json {
  const content = { "application/json": { schema: jsonSchema(errorBody, "output", schemas) } };
  const retry = { "Retry-After": { description: "Seconds to wait.", schema: { type: "integer", minimum: 1 } } };
  return {
    400: { description: "A date, range or cursor is wrong; the sentence says how.", content },
    401: { description: "A key is missing or not valid.", content },
    403: { description: "Not allowed.", content },
    415: { description: "The body is not sent as JSON.", content },
    422: { description: "A parameter breaks a rule; each fault names it.", content },
    429: { description: "Too many requests.", headers: retry, content },
    500: { description: "An unexpected error; the log has it under the request id.", content },
    503: { description: "The data cannot be read right now, or the hub is busy.", headers: retry, content },
  };
}
