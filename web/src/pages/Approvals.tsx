import { Card, Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { proposalsQuery, type ProposalRow } from "../api/approvals";
import { saves } from "../approval";
import { ago, money, named } from "../format";
import { Tag } from "../parts/figures";
import { LinkAnchor } from "../parts/links";
import { Empty, Found } from "../parts/states";
import { WAITING } from "../search";

/** What waits for a decision, and what became of what was decided. */
export function ApprovalsPage() {
  const { show } = useSearch({ from: "/approvals" });
  const navigate = useNavigate({ from: "/approvals" });
  const waiting = (show ?? "waiting") === "waiting";
  const found = useQuery(proposalsQuery(waiting ? "proposed" : undefined));
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h2">
            Approvals
          </Title>
          <Text c="dimmed">Plans that are frozen until somebody decides; here as in Slack, by the same rules</Text>
        </div>
        <SegmentedControl
          aria-label="Which"
          value={show ?? "waiting"}
          data={Object.entries(WAITING).map(([value, label]) => ({ value, label }))}
          onChange={(value) =>
            void navigate({ search: { show: value === "waiting" ? undefined : "all" }, replace: true })
          }
        />
      </Group>
      <Found query={found} rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>{waiting ? "Nothing waits for a decision." : "Nothing has been proposed yet."}</Empty>
          ) : (
            <Stack gap="sm" role="list" aria-label="Remediations">
              {items.map((row) => (
                <Row key={row.id} row={row} />
              ))}
            </Stack>
          )
        }
      </Found>
    </Stack>
  );
}

function Row({ row }: { row: ProposalRow }) {
  const place = [row.account, row.team === null ? null : `team ${named(row.team)}`].filter((one) => one !== null);
  return (
    <Card withBorder padding="md" role="listitem" className={row.may_approve ? "mine" : undefined}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="md">
        <div className="grow">
          <Group gap="xs" mb={2}>
            <LinkAnchor to="/approvals/$id" params={{ id: String(row.id) }} fw={600}>
              {row.undo_of === null ? row.what : `Undo of ${row.undo_of}: ${row.what}`}
            </LinkAnchor>
            <Tag>{row.state}</Tag>
            {row.may_approve ? <Tag>waits for you</Tag> : null}
          </Group>
          <Text size="sm" c="dimmed">
            {place.join(" · ")}
            {place.length === 0 ? "" : " · "}asked for by {row.requester_name ?? row.requested_by}{" "}
            {ago(row.requested_at)}
            {row.state === "proposed" ? `, open until ${ago(row.expires_at)}` : ""}
          </Text>
          {row.reason === null ? null : (
            <Text size="sm" className="cut" title={row.reason}>
              {row.reason}
            </Text>
          )}
        </div>
        {row.expected_monthly_savings === null ? null : (
          <Text
            className="figures right"
            fw={650}
            title={saves(row.expected_monthly_savings, row.currency)}
            component="div"
          >
            {money(row.expected_monthly_savings, row.currency)}
            <Text size="xs" c="dimmed" fw={400}>
              a month
            </Text>
          </Text>
        )}
      </Group>
    </Card>
  );
}
