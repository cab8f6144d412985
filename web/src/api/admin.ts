import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "./client";

const MINUTE = 60_000;

export const loadsQuery = queryOptions({
  queryKey: ["admin", "loads"],
  queryFn: () => body(api.GET("/api/v1/admin/loads", { params: { query: { limit: 100 } } })),
});

export const standingQuery = queryOptions({
  queryKey: ["admin", "standing"],
  queryFn: () => body(api.GET("/api/v1/admin/standing", { params: { query: { limit: 200 } } })),
});

export const tagsQuery = queryOptions({
  queryKey: ["admin", "tags"],
  queryFn: () => body(api.GET("/api/v1/admin/tags", { params: { query: { limit: 50 } } })),
  staleTime: 10 * MINUTE,
});

export const peopleQuery = queryOptions({
  queryKey: ["admin", "people"],
  queryFn: () => body(api.GET("/api/v1/admin/people")),
});

export const healthQuery = queryOptions({
  queryKey: ["admin", "health"],
  queryFn: () => body(api.GET("/api/v1/admin/health")),
  refetchInterval: MINUTE,
});

export const kpisQuery = queryOptions({
  queryKey: ["admin", "kpis"],
  queryFn: () => body(api.GET("/api/v1/kpis")),
});

export interface AuditFilter {
  actor?: string;
  action?: string;
  subject?: string;
}

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["admin", "audit", filter],
    queryFn: ({ pageParam }) =>
      body(api.GET("/api/v1/audit", { params: { query: { ...filter, before: pageParam, limit: 50 } } })),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next_before ?? undefined,
  });

export const verificationQuery = queryOptions({
  queryKey: ["admin", "verification"],
  queryFn: () => body(api.GET("/api/v1/audit/verification")),
  enabled: false, // the whole log is walked: when somebody asks for it
});

/** Try a thing in quarantine again, or give it up. */
export function useSetAside() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ item, decision }: { item: string; decision: "retry" | "drop" }) =>
      body(api.POST("/api/v1/admin/quarantine/{item}", { params: { path: { item } }, body: { decision } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["admin", "health"] }),
  });
}
