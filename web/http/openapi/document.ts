import { z } from "zod";
import { ErrorAnswer } from "./answers.ts";
import { type ApiCall, CALLS } from "./calls.ts";

const schemaOf = (schema: z.ZodType) => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
  });
  return rest;
};

const json = (schema: unknown) => ({ "application/json": { schema } });

const ERROR = { $ref: "#/components/schemas/Error" };

function parametersOf({ query, path }: ApiCall) {
  const { properties = {}, required = [] } = query ? schemaOf(query) : {};
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: "path", required: true, schema: { type: "string" } },
  }));
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
  return [...inPath, ...inQuery];
}

const BYTES = { type: "string", format: "binary" };
const bytes = { "application/octet-stream": { schema: BYTES } };

function answersOf({ done, errors = [] }: ApiCall) {
  const answers = done.map(({ status, description, schema }) => [
    `${status}`,
    { description, content: json(schemaOf(schema)) },
  ]);
  const codes = ["invalid", ...errors].join(", ");
  const refused = {
    description: `Refused; the code says why, such as: ${codes}.`,
    content: json(ERROR),
  };
  return Object.fromEntries([...answers, ["default", refused]]);
}

const operationOf = (call: ApiCall) => ({
  summary: call.summary,
  description: call.description,
  parameters: parametersOf(call),
  requestBody: call.bytes
    ? { required: true, content: bytes }
    : call.body && { required: true, content: json(schemaOf(call.body)) },
  security: call.open ? [] : [{ session: [] }],
  responses: answersOf(call),
});

/**
 * The API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), made from the
 * schemas requests are read with.
 *
 * @param server the origin it is asked at
 */
export function apiDocument(server: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const call of CALLS) {
    const path = paths[call.path] ??= {};
    path[call.method.toLowerCase()] = operationOf(call);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "ChatSphere",
      version: "1",
      description: "JSON in and out, with the same rules as the pages.",
    },
    servers: [{ url: server }],
    paths,
    components: {
      schemas: { Error: schemaOf(ErrorAnswer) },
      securitySchemes: {
        session: {
          type: "apiKey",
          in: "cookie",
          name: "session",
          description:
            "The cookie that signing in sets; on https its name is __Host-session.",
        },
      },
    },
  };
}
