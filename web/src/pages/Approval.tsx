import { Alert, Group, Progress, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";

import { type Proposal, proposalQuery } from "../api/approvals";
import { isDone, replacement, resourcesOf, saves, savingOf, standing } from "../approval";
import { ago, moment } from "../format";
import { Tag } from "../parts/figures";
import { LinkAnchor } from "../parts/links";
import { Found, Panel } from "../parts/states";
import { Steps } from "../parts/Steps";
import { ThreadLink } from "../parts/ThreadLink";
import { Verdicts } from "../parts/Verdicts";

export function ApprovalPage() {
  const { id } = useParams({ from: "/approvals/$id" });
  const number = /^\d{1,15}$/.test(id) ? Number(id) : 0;
  const found = useQuery(proposalQuery(number));
  return (
    <Stack gap="lg">
      <LinkAnchor to="/approvals" search={{ show: undefined }} size="sm" className="no-print">
        ← All approvals
      </LinkAnchor>
      <Found query={found} rows={8}>
        {({ proposal, tag }) => <Shown key={proposal.digest} proposal={proposal} tag={tag} />}
      </Found>
    </Stack>
  );
}

function Shown({ proposal, tag }: { proposal: Proposal; tag: string | null }) {
  const all = resourcesOf(proposal);
  const [ticked, setTicked] = useState(all);
  const chooses = proposal.may.includes("choose");
  const saving = saves(savingOf(proposal, chooses ? ticked : all), proposal.currency);
  const place = [proposal.account, proposal.environment].filter((one) => one !== null).join(", ");
  return (
    <>
      <Group justify="space-between" align="flex-start" gap="md">
        <div className="grow">
          <Group gap="sm" mb={4}>
            <Tag>{proposal.state}</Tag>
            <Text size="sm" c="dimmed">
              Remediation {proposal.id} · asked for by {proposal.requester_name ?? proposal.requested_by} ·{" "}
              {proposal.playbook}
            </Text>
          </Group>
          <Title order={1} size="h2">
            {proposal.undo_of === null ? proposal.what : `Undo: ${proposal.what}`}
            {place === "" ? "" : ` in ${place}`}
          </Title>
          {saving === "" ? null : (
            <Text size="lg" className="better" aria-live="polite">
              {saving}
            </Text>
          )}
        </div>
        <ThreadLink of="remediations" id={proposal.id} />
      </Group>
      <Now proposal={proposal} />
      <Panel title="What happens" about="Step by step, as it was frozen; nothing else is done">
        <Steps proposal={proposal} ticked={chooses ? ticked : null} onTick={setTicked} />
      </Panel>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Risk proposal={proposal} />
        <Verdicts proposal={proposal} tag={tag} ticked={ticked} />
      </SimpleGrid>
    </>
  );
}

const TINT: Record<string, string> = { succeeded: "teal", partial: "yellow", failed: "red", unknown: "orange" };

function Now({ proposal }: { proposal: Proposal }) {
  const next = replacement(proposal);
  const share = (100 * proposal.steps.filter(isDone).length) / Math.max(1, proposal.steps.length);
  const moving = proposal.state === "approved" || proposal.state === "running";
  if (proposal.state === "proposed") return null;
  return (
    <Alert color={TINT[proposal.state] ?? (moving ? "blue" : "gray")} role="status" title={standing(proposal)}>
      <Stack gap="xs">
        {moving ? <Progress value={share} animated aria-label={`${Math.round(share)} % done`} /> : null}
        {proposal.approvals.length === 0 ? null : (
          <Text size="sm">
            Approved by {proposal.approvals.map((one) => `${one.name ?? one.actor} ${ago(one.at)}`).join(", ")}
          </Text>
        )}
        {proposal.savings === null || proposal.savings === "" ? null : <Text size="sm">{proposal.savings}</Text>}
        {next === null ? null : (
          <LinkAnchor to="/approvals/$id" params={{ id: String(next) }} size="sm">
            To remediation {next}
          </LinkAnchor>
        )}
      </Stack>
    </Alert>
  );
}

function Risk({ proposal }: { proposal: Proposal }) {
  return (
    <Panel title="Risk and undo">
      <Stack gap="sm">
        {proposal.typed_confirmation ? (
          <Alert color="red" title="This deletes things">
            <Text size="sm">Who approves types the number of resources.</Text>
          </Alert>
        ) : null}
        <div>
          <Text size="sm" fw={600}>
            How it is undone
          </Text>
          <Text size="sm">{proposal.undo === "" ? "Nothing is said about it." : proposal.undo}</Text>
        </div>
        <div>
          <Text size="sm" fw={600}>
            Left alone
          </Text>
          {proposal.left_out.length === 0 ? (
            <Text size="sm">Nothing was left out.</Text>
          ) : (
            <ul className="plain">
              {proposal.left_out.map((one) => (
                <li key={one.resource_id}>
                  <Text size="sm">
                    {one.name}: {one.reason}
                  </Text>
                </li>
              ))}
            </ul>
          )}
        </div>
        <Text size="sm" c="dimmed">
          Plan {proposal.digest.slice(0, 8)}…, frozen {moment(proposal.frozen_at)}; looked at again before anything is
          touched.
        </Text>
      </Stack>
    </Panel>
  );
}
