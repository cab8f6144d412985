import { Alert, Button, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { type Proposal, useVerdict, type Verdict } from "../api/approvals";
import { primaryOf, resourcesOf } from "../approval";
import { ago } from "../format";
import { Panel, Problem } from "./states";

interface Props {
  proposal: Proposal;
  tag: string | null;
  ticked: string[];
}

type Asked = "reject" | "snooze" | "withdraw" | "undo" | null;

/** The decisions that would count, and why an approval would not. */
export function Verdicts({ proposal, tag, ticked }: Props) {
  const verdict = useVerdict(proposal.id, tag);
  const [asked, setAsked] = useState<Asked>(null);
  const [typed, setTyped] = useState("");
  const count = String(resourcesOf(proposal).length);
  const first = primaryOf(proposal, ticked);
  const may = (what: Proposal["may"][number]) => proposal.may.includes(what);

  function decide(next: Verdict) {
    verdict.mutate(next, {
      onSuccess: () => {
        setAsked(null);
      },
    });
  }

  return (
    <Panel title="Decide" about={proposal.state === "proposed" ? wanted(proposal) : undefined}>
      <Stack gap="sm" align="flex-start" className="no-print">
        {proposal.why_not === null ? null : (
          <Alert
            color="gray"
            title={proposal.for_anybody ? "An approval would not count now" : "Your approval would not count"}
            w="100%"
          >
            <Text size="sm">{proposal.why_not}</Text>
          </Alert>
        )}
        {first?.typed ? (
          <TextInput
            label={`Type the number of resources (${count}) to approve`}
            value={typed}
            inputMode="numeric"
            maxLength={10}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
            }}
          />
        ) : null}
        <Group gap="xs">
          {first === null ? null : (
            <Button
              loading={verdict.isPending && asked === null}
              disabled={first.typed && typed.trim() !== count}
              onClick={() => {
                decide(first.typed ? { ...first.verdict, text: typed.trim() } : first.verdict);
              }}
            >
              {first.label}
            </Button>
          )}
          {may("reject") ? <Ask what="reject" label="Reject…" asked={asked} onAsk={setAsked} /> : null}
          {may("snooze") ? <Ask what="snooze" label="Snooze…" asked={asked} onAsk={setAsked} /> : null}
          {may("withdraw") ? <Ask what="withdraw" label="Withdraw…" asked={asked} onAsk={setAsked} /> : null}
          {may("recheck") ? (
            <Button
              loading={verdict.isPending}
              onClick={() => {
                decide({ decision: "recheck" });
              }}
            >
              Check again
            </Button>
          ) : null}
          {may("undo") ? <Ask what="undo" label="Undo…" asked={asked} onAsk={setAsked} /> : null}
        </Group>
        {asked === null ? null : (
          <Reasoned
            key={asked}
            what={asked}
            undo={proposal.undo}
            busy={verdict.isPending}
            onDecide={decide}
            onCancel={() => {
              setAsked(null);
            }}
          />
        )}
        {proposal.may.length === 0 && proposal.why_not === null ? (
          <Text size="sm" c="dimmed">
            There is nothing left to decide.
          </Text>
        ) : null}
        {verdict.isError ? <Problem error={verdict.error} /> : null}
        {verdict.isSuccess ? (
          <Text size="sm" role="status">
            {verdict.data.says}
          </Text>
        ) : null}
      </Stack>
    </Panel>
  );
}

/** Who has to say yes, and until when. */
function wanted(proposal: Proposal): string {
  const missing = proposal.approvals_needed - proposal.approvals.length;
  const roles = proposal.approver_roles.join(" or ") || "nobody";
  const other = proposal.not_requester ? ", not by who asked for it" : "";
  return `${missing} approval${missing === 1 ? "" : "s"} needed by the role ${roles}${other}; open until ${ago(proposal.expires_at)}`;
}

function Ask(props: { what: Exclude<Asked, null>; label: string; asked: Asked; onAsk: (asked: Asked) => void }) {
  return (
    <Button
      variant="default"
      aria-expanded={props.asked === props.what}
      onClick={() => {
        props.onAsk(props.asked === props.what ? null : props.what);
      }}
    >
      {props.label}
    </Button>
  );
}

interface ReasonedProps {
  what: Exclude<Asked, null>;
  undo: string;
  busy: boolean;
  onDecide: (verdict: Verdict) => void;
  onCancel: () => void;
}

const LABEL = { reject: "Why not?", snooze: "Why can it wait?", withdraw: "Why is it taken back?" };
const SUBMIT = { reject: "Reject", snooze: "Snooze", withdraw: "Withdraw", undo: "Undo it" };

function Reasoned({ what, undo, busy, onDecide, onCancel }: ReasonedProps) {
  const [reason, setReason] = useState("");
  const [days, setDays] = useState(7);
  return (
    <form
      className="wide"
      onSubmit={(event) => {
        event.preventDefault();
        onDecide({
          decision: what,
          ...(what === "undo" ? {} : { text: reason }),
          ...(what === "snooze" ? { days } : {}),
        });
      }}
    >
      <Stack gap="sm" align="flex-start">
        {what === "undo" ? (
          <Text size="sm">{undo === "" ? "What was done is reversed." : undo}</Text>
        ) : (
          <TextInput
            label={LABEL[what]}
            value={reason}
            maxLength={500}
            required
            autoFocus
            w="100%"
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
        )}
        {what === "snooze" ? (
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
        <Group gap="xs">
          <Button type="submit" loading={busy} color={what === "undo" ? undefined : "red"} variant="light">
            {SUBMIT[what]}
          </Button>
          <Button variant="subtle" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
