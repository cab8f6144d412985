import createClient, { type Middleware } from "openapi-fetch";

import type { paths } from "./schema";

let csrf: string | null = null;

/** The token that every change bears; `GET /me` says it. */
export function rememberToken(token: string | null): void {
  csrf = token;
}

const guarded: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && csrf !== null) request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
};

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: (request) => fetch(request),
});
api.use(guarded);

/** What the API refused, in its own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly reference?: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

function said(error: unknown, field: string): string | undefined {
  if (typeof error !== "object" || error === null || !(field in error)) return undefined;
  const value: unknown = (error as Record<string, unknown>)[field];
  return typeof value === "string" ? value : undefined;
}

/** The body of a good answer; else an `ApiError` with the problem's own sentence. */
export async function body<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok && data !== undefined) return data;
  const text = said(error, "detail") ?? `The server answered ${response.status}.`;
  throw new ApiError(response.status, text, said(error, "reference"));
}

const MOST_PAGES = 200; // a list of more rows than the page could draw: it fails instead of being cut

/** All rows of a list: page after page, until the API says that there is none. */
export async function allOf<Row>(
  read: (offset: number) => Promise<{ items: Row[]; next_offset: number | null }>,
): Promise<{ items: Row[] }> {
  const items: Row[] = [];
  let offset: number | null = 0;
  for (let page = 0; page < MOST_PAGES && offset !== null; page++) {
    const found: { items: Row[]; next_offset: number | null } = await read(offset);
    items.push(...found.items);
    offset = found.next_offset;
  }
  if (offset !== null) throw new ApiError(0, `There are more than ${items.length} rows; choose a shorter period.`);
  return { items };
}
