import { Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import {
  budgetQuery,
  type Outlook,
  outlookQuery,
  periodsQuery,
  type StoredBudget,
  useDropBudget,
} from "../api/planning";
import { plus } from "../days";
import { day, money, percent } from "../format";
import { operates, useMe } from "../me";
import { BudgetForm, Saved } from "../parts/BudgetForm";
import { Confirm } from "../parts/Confirm";
import { Tag } from "../parts/figures";
import { BandChart } from "../parts/lazy-charts";
import { LinkAnchor } from "../parts/links";
import { Rows } from "../parts/Rows";
import { Found, Nothing, Panel, Problem } from "../parts/states";
import { bandOf, missOf, scopeLabel, scopeOf } from "../planning";

/** One budget: its periods, what is expected of its scope, how good forecasts were, and its fields. */
export function BudgetPage() {
  const { name } = useParams({ from: "/budgets/$name" });
  const found = useQuery(budgetQuery(name));
  return (
    <Stack gap="lg">
      <LinkAnchor to="/budgets" size="sm" className="no-print">
        ← All budgets
      </LinkAnchor>
      <Found query={found} rows={8}>
        {({ budget, tag }) => <Shown budget={budget} tag={tag} />}
      </Found>
    </Stack>
  );
}

function Shown({ budget, tag }: { budget: StoredBudget; tag: string | null }) {
  const me = useMe();
  const scope = scopeOf(budget);
  const outlook = useQuery(outlookQuery(scope, budget.currency));
  const periods = useQuery(periodsQuery(budget.name));
  const [saved, setSaved] = useState(false);
  return (
    <>
      <div>
        <Title order={1} size="h2">
          {budget.name}
        </Title>
        <Text c="dimmed">
          {money(budget.amount, budget.currency)} {budget.period} for {scopeLabel(scope)}
        </Text>
      </div>
      <Panel
        title="Actual against forecast"
        about="Cost a day: what was spent beside what an earlier forecast had said, then what is expected"
      >
        <Found query={outlook} rows={6}>
          {(data) => <Expected outlook={data} />}
        </Found>
      </Panel>
      <Panel title="Periods">
        <Found query={periods}>
          {({ items }) =>
            items.length === 0 ? (
              <Nothing>It has not been evaluated yet.</Nothing>
            ) : (
              <Rows
                label="Periods"
                width={560}
                rows={items}
                rowKey={(one) => one.period_start ?? ""}
                columns={[
                  {
                    title: "Period",
                    cell: (one) => (
                      <>
                        {day(one.period_start)} – {day(one.period_end === null ? null : plus(one.period_end, -1))}
                      </>
                    ),
                  },
                  { title: "Amount", right: true, cell: (one) => money(one.amount, one.currency) },
                  { title: "Spent", right: true, first: "figure", cell: (one) => money(one.spent, one.currency) },
                  { title: "Expected", right: true, cell: (one) => money(one.forecast, one.currency) },
                  {
                    title: "Used",
                    right: true,
                    cell: (one) => (one.percent_used === null ? "–" : percent(one.percent_used / 100)),
                  },
                  { title: "Status", cell: (one) => <Tag>{one.status}</Tag> },
                ]}
              />
            )
          }
        </Found>
      </Panel>
      {operates(me) ? (
        <Panel
          title="Change it"
          about={budget.origin === "file" ? "It is from finops.yaml; a change here is an override of it" : undefined}
        >
          <BudgetForm
            key={tag}
            stored={budget}
            tag={tag}
            onEdit={() => {
              setSaved(false);
            }}
            onSaved={() => {
              setSaved(true);
            }}
          />
          {saved ? <Saved name={budget.name} /> : null}
          <Drop budget={budget} tag={tag} />
        </Panel>
      ) : null}
    </>
  );
}

function Drop({ budget, tag }: { budget: StoredBudget; tag: string | null }) {
  const navigate = useNavigate();
  const drop = useDropBudget(budget.name, tag);
  const overrides = budget.in_file !== null;
  if (budget.origin === "file" && !overrides) return null;
  return (
    <Group mt="md" className="no-print">
      <Confirm
        label={overrides ? "Let finops.yaml hold again" : "Delete this budget"}
        question={
          overrides ? "Drop what was changed here, and let the file hold?" : `Delete ${budget.name} with its periods?`
        }
        busy={drop.isPending}
        onConfirm={() => {
          drop.mutate(overrides ? "override" : "budget", {
            onSuccess: () => (overrides ? undefined : void navigate({ to: "/budgets" })),
          });
        }}
      />
      {drop.isError ? <Problem error={drop.error} /> : null}
    </Group>
  );
}

function Expected({ outlook }: { outlook: Outlook }) {
  const miss = missOf(outlook);
  const total = outlook.days.reduce((sum, one) => sum + (one.expected ?? 0), 0);
  return (
    <Stack gap="md">
      <BandChart
        rows={bandOf(outlook)}
        currency={outlook.currency}
        label={`Cost a day of ${outlook.scope}, ${outlook.past.length} days back and ${outlook.days.length} ahead`}
      />
      <Text size="sm">
        {money(total, outlook.currency)} expected in the next {outlook.days.length} days (made {day(outlook.made_on)},{" "}
        {outlook.model}).{" "}
        {miss === null
          ? "No earlier forecast can be held against what was spent yet."
          : `An earlier forecast of ${miss.days} of the last ${outlook.past.length} days was ${percent(Math.abs(miss.share))} too ${miss.share < 0 ? "low" : "high"}.`}
      </Text>
      {outlook.accuracy.length === 0 ? null : (
        <Rows
          label="Accuracy"
          width={480}
          rows={outlook.accuracy}
          rowKey={(one) => `${one.horizon_days} ${one.kind}`}
          columns={[
            { title: "Days ahead", cell: (one) => `${one.horizon_days} days ahead` },
            {
              title: "Measured",
              cell: (one) => `${one.kind === "live" ? "live" : "on the past"}, ${day(one.measured_on)}`,
            },
            { title: "Error of the total", right: true, cell: (one) => percent(one.total_error) },
            {
              title: "Error of a day",
              right: true,
              cell: (one) => (one.day_mape === null ? "–" : percent(one.day_mape)),
            },
            {
              title: "In the 80 % band",
              right: true,
              cell: (one) => (one.coverage_80 === null ? "–" : percent(one.coverage_80)),
            },
          ]}
        />
      )}
    </Stack>
  );
}
