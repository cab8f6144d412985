import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { allOf, api, body } from "./client";
import type { operations } from "./schema";

type Answered<Name extends keyof operations> = operations[Name]["responses"] extends {
  200: { content: { "application/json": infer Body } };
}
  ? Body
  : never;
type Sent<Name extends keyof operations> = operations[Name] extends {
  requestBody: { content: { "application/json": infer Body } };
}
  ? Body
  : never;

export type Outlook = Answered<"outlook_api_v1_forecasts_outlook_get">;
export type StoredBudget = Answered<"get_budget_api_v1_budgets__name__get">;
export type NewBudget = Sent<"make_budget_api_v1_budgets_post">;
export type ShowbackRow = Answered<"list_showback">["items"][number];

/** A budget as it was set, with the tag that names this state of it. */
export const budgetQuery = (name: string) =>
  queryOptions({
    queryKey: ["budget", name],
    queryFn: async () => {
      const answer = await api.GET("/api/v1/budgets/{name}", { params: { path: { name } } });
      const budget = await body(Promise.resolve(answer));
      return { budget, tag: answer.response.headers.get("etag") };
    },
  });

/** A budget's periods, newest first. */
export const periodsQuery = (name: string) =>
  queryOptions({
    queryKey: ["budgets", "of", name],
    queryFn: () => body(api.GET("/api/v1/budgets", { params: { query: { budget: name, limit: 36 } } })),
  });

export const outlookQuery = (scope: Record<string, string>, currency: string) =>
  queryOptions({
    queryKey: ["outlook", scope, currency],
    queryFn: () => body(api.GET("/api/v1/forecasts/outlook", { params: { query: { ...scope, currency, days: 90 } } })),
  });

export const showbackQuery = (since: string, until: string, team: string | undefined) =>
  queryOptions({
    queryKey: ["showback", since, until, team],
    queryFn: () =>
      allOf((offset) =>
        body(api.GET("/api/v1/showback", { params: { query: { since, until, team, limit: 500, offset } } })),
      ),
  });

function useAgain() {
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries({ queryKey: ["budget"] });
    await queries.invalidateQueries({ queryKey: ["budgets"] });
  };
}

/** Make a budget; with the tag of one that was read, change that one and no other. `onSaved` is called before anything
 * is read again, for what is read may replace the form. */
export function useSaveBudget(tag: string | null | undefined, onSaved: (name: string) => void) {
  const again = useAgain();
  return useMutation({
    mutationFn: ({ name, ...budget }: NewBudget) =>
      tag === undefined
        ? body(api.POST("/api/v1/budgets", { body: { name, ...budget } }))
        : body(
            api.PUT("/api/v1/budgets/{name}", {
              params: { path: { name }, header: tag === null ? {} : { "if-match": tag } },
              body: budget,
            }),
          ),
    onSuccess: (_, { name }) => {
      onSaved(name);
      return again();
    },
  });
}

/** Let finops.yaml hold again, or delete what it does not have. */
export function useDropBudget(name: string, tag: string | null) {
  const again = useAgain();
  const params = { path: { name }, header: tag === null ? {} : { "if-match": tag } };
  return useMutation({
    mutationFn: async (what: "override" | "budget") => {
      if (what === "override") {
        await body(api.DELETE("/api/v1/budgets/{name}/override", { params }));
        return;
      }
      const { error, response } = await api.DELETE("/api/v1/budgets/{name}", { params });
      await body(Promise.resolve({ data: true, error, response }));
    },
    onSuccess: again,
  });
}
