// What somebody keeps at the page, and what a channel receives because of it.
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import type { ExploreSearch } from "../search";
import { api, body } from "./client";

export interface Plan {
  weekdays: number[];
  at: string;
  timezone: string;
}

export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: () => body(api.GET("/api/v1/views")),
});

export const channelsQuery = queryOptions({
  queryKey: ["subscriptions", "channels"],
  queryFn: () => body(api.GET("/api/v1/subscriptions/channels")),
});

export const subscriptionsQuery = queryOptions({
  queryKey: ["subscriptions", "mine"],
  queryFn: () => body(api.GET("/api/v1/subscriptions")),
});

/** A change whose answer has no body, and after it what is kept is read again. */
function useChange<Wanted>(
  key: string,
  change: (wanted: Wanted) => Promise<{ error?: unknown; response: Response }>,
  onDone?: () => void,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (wanted: Wanted) => {
      const { error, response } = await change(wanted);
      await body(Promise.resolve({ data: true, error, response }));
    },
    onSuccess: () => {
      onDone?.();
      return queries.invalidateQueries({ queryKey: [key] });
    },
  });
}

export function useKeepView(onDone: () => void) {
  return useChange(
    "views",
    ({ name, search }: { name: string; search: ExploreSearch }) =>
      api.PUT("/api/v1/views/{name}", {
        params: { path: { name } },
        body: { search: Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) },
      }),
    onDone,
  );
}

export function useDropView() {
  return useChange("views", (name: string) => api.DELETE("/api/v1/views/{name}", { params: { path: { name } } }));
}

/** Have a question answered in a channel: now, or again and again by a plan. */
export function useSend(onDone: () => void) {
  return useChange(
    "subscriptions",
    ({ plan, ...sent }: { question: string; channel: string; plan: Plan | null }) =>
      plan === null
        ? api.POST("/api/v1/subscriptions/send", { body: sent })
        : api.POST("/api/v1/subscriptions", { body: { ...sent, ...plan } }),
    onDone,
  );
}

export function useEndSubscription() {
  return useChange("subscriptions", (number: number) =>
    api.DELETE("/api/v1/subscriptions/{number}", { params: { path: { number } } }),
  );
}
