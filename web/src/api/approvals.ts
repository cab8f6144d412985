import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, ApiError, body } from "./client";
import type { operations } from "./schema";

type Answered<Name extends keyof operations> = operations[Name]["responses"] extends {
  200: { content: { "application/json": infer Body } };
}
  ? Body
  : never;

export type Proposal = Answered<"remediation_api_v1_remediations__remediation_id__get">;
export type ProposalRow = Answered<"proposals_api_v1_proposals_get">["items"][number];
export type Step = Proposal["steps"][number];

export interface Verdict {
  decision: "approve" | "reject" | "choose" | "snooze" | "withdraw" | "undo" | "recheck";
  text?: string;
  resources?: string[];
  approve?: boolean;
  days?: number;
}

/** Remediations that one may see or decides about; of a state, or all. */
export const proposalsQuery = (state: string | undefined) =>
  queryOptions({
    queryKey: ["proposals", state],
    queryFn: () => body(api.GET("/api/v1/proposals", { params: { query: { state, limit: 200 } } })),
  });

/** A remediation as it is now, with the tag that names this state of it. */
export const proposalQuery = (id: number) =>
  queryOptions({
    queryKey: ["remediation", id],
    queryFn: async () => {
      const answer = await api.GET("/api/v1/remediations/{remediation_id}", {
        params: { path: { remediation_id: id } },
      });
      const proposal = await body(Promise.resolve(answer));
      return { proposal, tag: answer.response.headers.get("etag") };
    },
  });

/** Decide about a remediation: what is approved is what was read, else nothing happens and it is read again. */
export function useVerdict(id: number, tag: string | null) {
  const queries = useQueryClient();
  const again = async () => {
    await queries.invalidateQueries({ queryKey: ["remediation", id] });
    await queries.invalidateQueries({ queryKey: ["proposals"] });
  };
  return useMutation({
    mutationFn: (verdict: Verdict) =>
      body(
        api.POST("/api/v1/remediations/{remediation_id}/decision", {
          params: { path: { remediation_id: id }, header: tag === null ? {} : { "if-match": tag } },
          body: { resources: [], approve: false, days: 7, ...verdict },
        }),
      ),
    onSuccess: again,
    onError: (error) => (error instanceof ApiError && error.status === 412 ? again() : undefined),
  });
}

/** Where it is talked about in Slack. */
export const threadQuery = (of: "remediations" | "insights", id: number) =>
  queryOptions({
    queryKey: ["thread", of, id],
    queryFn: () =>
      of === "insights"
        ? body(api.GET("/api/v1/insights/{number}/thread", { params: { path: { number: id } } }))
        : body(api.GET("/api/v1/remediations/{number}/thread", { params: { path: { number: id } } })),
  });
