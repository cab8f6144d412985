import { Button, Group, NumberInput, Select, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";

import { type Decision, type Insight, insightQuery, useDecision } from "../api/queries";
import { evidenceOf } from "../evidence";
import { day, money, named, words } from "../format";
import { Tag } from "../parts/figures";
import { FeedbackPanel } from "../parts/FeedbackPanel";
import { BandChart, BarsChart } from "../parts/lazy-charts";
import { LinkAnchor } from "../parts/links";
import { Found, Nothing, Panel, Problem } from "../parts/states";
import { ThreadLink } from "../parts/ThreadLink";
import { DIMENSIONS, type Dimension } from "../search";

export function AnomalyPage() {
  const { id } = useParams({ from: "/anomalies/$id" });
  const number = /^\d{1,15}$/.test(id) ? Number(id) : 0;
  const found = useQuery(insightQuery(number));
  return (
    <Stack gap="lg">
      <LinkAnchor to="/anomalies" search={{ status: undefined, team: undefined }} size="sm">
        ← All anomalies
      </LinkAnchor>
      <Found query={found} rows={8}>
        {(insight) => <Shown insight={insight} />}
      </Found>
    </Stack>
  );
}

/** The insight's scope as filters of Explore. */
function filtersOf(scope: unknown): Partial<Record<Dimension, string>> {
  const known = typeof scope === "object" && scope !== null ? (scope as Record<string, unknown>) : {};
  return Object.fromEntries(
    DIMENSIONS.flatMap((name) => (typeof known[name] === "string" ? [[name, known[name]]] : [])),
  );
}

function Shown({ insight }: { insight: Insight }) {
  const evidence = evidenceOf(insight.evidence);
  const impact = insight.impact_amount ?? 0;
  return (
    <>
      <Group justify="space-between" align="flex-start">
        <div className="grow">
          <Group gap="sm" mb={4}>
            <Tag>{insight.severity}</Tag>
            <Tag>{insight.status}</Tag>
            <Text size="sm" c="dimmed">
              since {day(insight.starts_on)}, detected {day(insight.detected_at)} · team {named(insight.team)}
              {evidence.confidence === null ? "" : ` · ${evidence.confidence} confidence`}
            </Text>
          </Group>
          <Title order={1} size="h2">
            {insight.title}
          </Title>
          <Text c="dimmed">
            About {money(Math.abs(impact) * 30, insight.currency)} a month {impact < 0 ? "less " : ""}if it stays.
          </Text>
        </div>
        <ThreadLink of="insights" id={insight.id} />
      </Group>
      <Panel title="Actual and expected" about="The shaded band is the usual range">
        {evidence.rows.length === 0 ? (
          <Nothing>No series was kept with it.</Nothing>
        ) : (
          <BandChart rows={evidence.rows} currency={insight.currency} label={insight.title} />
        )}
      </Panel>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Panel
          title="Why"
          actions={
            <LinkAnchor
              to="/explore"
              search={{ by: "account,region", period: "last-30-days", ...filtersOf(insight.scope) }}
              size="sm"
            >
              Explore
            </LinkAnchor>
          }
        >
          {evidence.five.length === 0 ? <Nothing>The cause is not known.</Nothing> : null}
          <Stack gap={6}>
            {evidence.five.map((line) => (
              <Group key={line.name} gap="sm" wrap="nowrap" align="flex-start">
                <Text size="sm" fw={600} w={56} flex="none">
                  {words(line.name)}
                </Text>
                <Text size="sm">{line.text}</Text>
              </Group>
            ))}
            {evidence.similar === null ? null : (
              <Text size="sm" c="dimmed">
                Earlier: {evidence.similar}
              </Text>
            )}
          </Stack>
          {evidence.parts.length === 0 ? null : (
            <>
              <Text size="sm" fw={600} mt="md">
                Parts of the change, a day
              </Text>
              <BarsChart rows={evidence.parts} currency={insight.currency} label="Parts of the change, a day" />
            </>
          )}
        </Panel>
        <Stack>
          <Decide insight={insight} />
          <FeedbackPanel insight={insight} levels={evidence.levels} />
        </Stack>
      </SimpleGrid>
    </>
  );
}

const DECISIONS = [
  { value: "acknowledged", label: "Acknowledge: we look into it" },
  { value: "expected", label: "Expected: it is meant to be so" },
  { value: "snoozed", label: "Snooze" },
  { value: "resolved", label: "Resolved" },
  { value: "open", label: "Open again" },
];

function Decide({ insight }: { insight: Insight }) {
  const decide = useDecision(insight.id);
  const [status, setStatus] = useState<Decision["status"]>("acknowledged");
  const [reason, setReason] = useState("");
  const [days, setDays] = useState(7);
  const timed = status === "expected" || status === "snoozed";
  return (
    <Panel title="Decide" about="Audited, and said in the thread in Slack">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          decide.mutate({ status, reason, ...(timed ? { days } : {}) });
        }}
      >
        <Stack align="flex-start">
          {insight.status_reason ? (
            <Text size="sm">
              {insight.status}: {insight.status_reason}
            </Text>
          ) : null}
          <Select
            label="It is"
            data={DECISIONS}
            value={status}
            allowDeselect={false}
            onChange={(value) => {
              setStatus(value as Decision["status"]);
            }}
            w="100%"
          />
          {timed ? (
            <NumberInput
              label="For how many days"
              min={1}
              max={365}
              value={days}
              onChange={(value) => {
                setDays(Number(value) || 1);
              }}
            />
          ) : null}
          <TextInput
            label="Reason"
            value={reason}
            maxLength={500}
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
            w="100%"
          />
          <Button type="submit" loading={decide.isPending}>
            Decide
          </Button>
          {decide.isError ? <Problem error={decide.error} /> : null}
          {decide.isSuccess ? (
            <Text size="sm" role="status">
              It is {decide.data.status} now.
            </Text>
          ) : null}
        </Stack>
      </form>
    </Panel>
  );
}
