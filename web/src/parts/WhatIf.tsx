import { Button, Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { ask } from "../api/queries";
import { newThread } from "../thread";
import { type Supposition, supposed } from "../what-if";
import { AnswerCard } from "./AnswerCard";
import { LinkAnchor } from "./links";
import { Panel, Problem, Waiting } from "./states";

const KINDS = [
  { value: "grows", label: "A scope grows or shrinks" },
  { value: "plan", label: "We buy a savings plan" },
  { value: "budget", label: "A budget goes on at this pace" },
];

/** What would follow from a change, from the forecast, the usage and the budgets; a question as any other. */
export function WhatIf({ budgets }: { budgets: string[] }) {
  const [kind, setKind] = useState<Supposition["kind"]>("grows");
  const [name, setName] = useState("");
  const [percent, setPercent] = useState(20);
  const [perHour, setPerHour] = useState(2);
  const [budget, setBudget] = useState<string | null>(budgets[0] ?? null);
  const asking = useMutation({
    mutationFn: (asked: { question: string; thread: string }) => ask(asked.question, asked.thread),
  });
  const question = supposed({ kind, name, percent, perHour, budget });
  return (
    <Panel title="What if" about="From the forecast, the usage of the last weeks, and the budgets">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (question !== null) asking.mutate({ question, thread: newThread() });
        }}
      >
        <Group align="flex-end" mb="md">
          <Select
            label="Suppose"
            data={KINDS}
            value={kind}
            allowDeselect={false}
            onChange={(value) => {
              setKind(value as Supposition["kind"]);
            }}
            w={250}
          />
          {kind === "grows" ? (
            <>
              <TextInput
                label="Team, service or account"
                placeholder="checkout"
                value={name}
                maxLength={100}
                onChange={(event) => {
                  setName(event.currentTarget.value);
                }}
              />
              <NumberInput
                label="By per cent"
                value={percent}
                min={-100}
                max={1000}
                onChange={(value) => {
                  setPercent(Number(value) || 0);
                }}
                w={120}
              />
            </>
          ) : null}
          {kind === "plan" ? (
            <NumberInput
              label="Committed an hour"
              value={perHour}
              min={0.01}
              max={100_000}
              decimalScale={2}
              onChange={(value) => {
                setPerHour(Number(value) || 0);
              }}
              w={160}
            />
          ) : null}
          {kind === "budget" ? (
            <Select label="Budget" data={budgets} value={budget} searchable onChange={setBudget} />
          ) : null}
          <Button type="submit" loading={asking.isPending} disabled={question === null}>
            Work it out
          </Button>
        </Group>
      </form>
      {asking.isPending ? <Waiting rows={3} /> : null}
      {asking.isError ? <Problem error={asking.error} /> : null}
      {asking.isSuccess ? (
        <Stack gap="xs" align="stretch">
          <AnswerCard
            answer={asking.data}
            onAsk={(next) => {
              asking.mutate({ question: next, thread: asking.variables.thread });
            }}
            last
          />
          <LinkAnchor to="/ask" search={{ q: asking.variables.question }} size="sm">
            Go on asking
          </LinkAnchor>
        </Stack>
      ) : null}
    </Panel>
  );
}
