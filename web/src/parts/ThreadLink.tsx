import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { threadQuery } from "../api/approvals";

/** To the thread in Slack where it is talked about; nothing while there is none. */
export function ThreadLink({ of, id }: { of: "remediations" | "insights"; id: number }) {
  const { data } = useQuery(threadQuery(of, id));
  if (data?.url == null) return null;
  return (
    <Button component="a" href={data.url} target="_blank" rel="noreferrer" variant="default" size="xs">
      Open in Slack
    </Button>
  );
}
