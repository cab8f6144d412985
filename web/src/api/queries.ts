import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { allOf, api, body, rememberToken } from "./client";
import type { operations } from "./schema";

type Query<Name extends keyof operations> = operations[Name]["parameters"] extends { query?: infer Q }
  ? NonNullable<Q>
  : never;
type Json<Name extends keyof operations> = operations[Name]["responses"] extends {
  200: { content: { "application/json": infer Body } };
}
  ? Body
  : never;

export type CostQuery = Query<"costs_api_v1_costs_get">;
export type Costs = Json<"costs_api_v1_costs_get">;
export type Group = Costs["items"][number];
export type Me = Json<"me_api_v1_me_get">;
export type Answer = Json<"ai_query_api_v1_ai_query_post">;
export type InsightRow = Json<"list_insights">["items"][number];
export type Insight = Json<"one_api_v1_insights__insight_id__get">;
export type Budget = Json<"list_budgets">["items"][number];
export type Forecast = Json<"list_forecasts">["items"][number];
export type Recommendation = Json<"list_recommendations">["items"][number];
export type Saving = Json<"list_savings">["items"][number];

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async () => {
    const me = await body(api.GET("/api/v1/me"));
    rememberToken(me.csrf_token);
    return me;
  },
  staleTime: Infinity,
});

export function costsQuery(query: CostQuery) {
  return queryOptions({
    queryKey: ["costs", query],
    queryFn: () => body(api.GET("/api/v1/costs", { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** The groups of a view, page after page, as one. */
export function groupsQuery(query: CostQuery) {
  return infiniteQueryOptions({
    queryKey: ["costs", "groups", query],
    queryFn: ({ pageParam }) =>
      body(api.GET("/api/v1/costs", { params: { query: { ...query, limit: 500, offset: pageParam } } })),
    initialPageParam: 0,
    getNextPageParam: (page: Costs) => page.next_offset,
    select: ({ pages }) =>
      pages.reduce((all, { items, next_offset }) => ({ ...all, items: [...all.items, ...items], next_offset })),
    placeholderData: keepPreviousData,
  });
}

export function insightsQuery(query: Query<"list_insights">) {
  return queryOptions({
    queryKey: ["insights", query],
    queryFn: () => body(api.GET("/api/v1/insights", { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

export function insightQuery(id: number) {
  return queryOptions({
    queryKey: ["insight", id],
    queryFn: () => body(api.GET("/api/v1/insights/{insight_id}", { params: { path: { insight_id: id } } })),
  });
}

export const budgetsQuery = (since: string, until: string) =>
  queryOptions({
    queryKey: ["budgets", since, until],
    queryFn: () =>
      allOf((offset) => body(api.GET("/api/v1/budgets", { params: { query: { since, until, limit: 500, offset } } }))),
  });

export const forecastQuery = (team: string | undefined, since: string, until: string) =>
  queryOptions({
    queryKey: ["forecast", team, since, until],
    queryFn: () => {
      const scope = team === undefined ? { scope_kind: "total" } : { scope_kind: "team", scope: team };
      return body(api.GET("/api/v1/forecasts", { params: { query: { ...scope, since, until, limit: 500 } } }));
    },
  });

export const recommendationsQuery = (team: string | undefined, status: string | undefined) =>
  queryOptions({
    queryKey: ["recommendations", team, status],
    queryFn: () => body(api.GET("/api/v1/recommendations", { params: { query: { team, status, limit: 500 } } })),
  });

export const savingsQuery = (team: string | undefined) =>
  queryOptions({
    queryKey: ["savings", team],
    queryFn: () => body(api.GET("/api/v1/savings", { params: { query: { team, limit: 500 } } })),
  });

export interface Decision {
  status: "open" | "acknowledged" | "expected" | "snoozed" | "resolved";
  reason: string;
  days?: number;
}

/** Decide about an insight; the card in Slack follows. */
export function useDecision(id: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) =>
      body(api.PATCH("/api/v1/insights/{insight_id}", { params: { path: { insight_id: id } }, body: { ...decision } })),
    onSuccess: async (insight) => {
      queries.setQueryData(["insight", id], insight);
      await queries.invalidateQueries({ queryKey: ["insights"] });
    },
  });
}

export function useFeedback(id: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (judgement: { feedback: "useful" | "noise" | "fewer"; reason: string }) =>
      body(
        api.POST("/api/v1/insights/{insight_id}/feedback", { params: { path: { insight_id: id } }, body: judgement }),
      ),
    onSuccess: async (insight) => {
      queries.setQueryData(["insight", id], insight);
      await queries.invalidateQueries({ queryKey: ["insights"] });
    },
  });
}

export function ask(question: string, thread: string) {
  return body(api.POST("/api/v1/ai/query", { body: { question, thread } }));
}

/** End this session, or all of mine, and forget everything that was shown: the page begins anew. */
export function useSignOut() {
  return useMutation({
    mutationFn: (everywhere: boolean) => api.POST("/api/v1/sign-out", { body: { everywhere } }),
    onSettled: () => {
      window.location.reload();
    },
  });
}
