import { Button, Card, Group, Progress, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Budget, budgetsQuery } from "../api/queries";
import { monthStart, plus } from "../days";
import { day, money } from "../format";
import { operates, useMe } from "../me";
import { BudgetForm, Saved } from "../parts/BudgetForm";
import { Tag } from "../parts/figures";
import { LinkAnchor } from "../parts/links";
import { Empty, Found, Panel } from "../parts/states";
import { useToday } from "../parts/use-today";
import { WhatIf } from "../parts/WhatIf";
import { running } from "../planning";

/** Every budget that one may see, as it stands in its running period. */
export function BudgetsPage() {
  const me = useMe();
  const today = useToday();
  const [open, setOpen] = useState(false);
  const [saved, setSaved] = useState<string | null>(null);
  const budgets = useQuery(budgetsQuery(plus(monthStart(today), -400), plus(today, 1)));
  const edits = operates(me);
  function toggle() {
    setOpen(!open);
    setSaved(null);
  }
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h2">
            Budgets
          </Title>
          <Text c="dimmed">Spent so far, where the forecast ends, and what is left</Text>
        </div>
        {edits ? (
          <Button variant={open ? "default" : "filled"} onClick={toggle} aria-expanded={open} className="no-print">
            {open ? "Close" : "New budget"}
          </Button>
        ) : null}
      </Group>
      {open ? (
        <Panel title="New budget" about="Evaluated at once; told in Slack where a threshold is passed">
          <BudgetForm
            stored={null}
            tag={undefined}
            onSaved={(name) => {
              setOpen(false);
              setSaved(name);
            }}
          />
        </Panel>
      ) : null}
      {saved === null ? null : <Saved name={saved} />}
      <Found query={budgets}>
        {({ items }) => {
          const rows = running(items, today);
          if (rows.length === 0)
            return (
              <>
                <Empty>There is no budget yet.</Empty>
                <WhatIf budgets={[]} />
              </>
            );
          return (
            <>
              <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }} role="list" aria-label="Budgets">
                {rows.map((row) => (
                  <One key={row.budget} row={row} />
                ))}
              </SimpleGrid>
              <WhatIf budgets={rows.flatMap((row) => row.budget ?? [])} />
            </>
          );
        }}
      </Found>
    </Stack>
  );
}

const TINT: Record<string, string> = { breached: "red", forecast_breach: "orange", warning: "yellow", ok: "pine" };

function One({ row }: { row: Budget }) {
  const amount = row.amount ?? 0;
  const used = row.percent_used ?? 0;
  const ends = amount > 0 && row.forecast !== null ? (100 * row.forecast) / amount : used;
  const left = amount - (row.forecast ?? row.spent ?? 0);
  return (
    <Card withBorder padding="lg" role="listitem">
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <LinkAnchor to="/budgets/$name" params={{ name: row.budget ?? "" }} fw={600} className="cut">
          {row.budget}
        </LinkAnchor>
        <Tag>{row.status}</Tag>
      </Group>
      <Group align="baseline" gap={6}>
        <span className="big figures">{money(row.spent, row.currency)}</span>
        <Text c="dimmed" className="figures">
          of {money(row.amount, row.currency)}
        </Text>
      </Group>
      <Progress.Root size="lg" my="xs" aria-label={`${Math.round(used)} % used`}>
        <Progress.Section
          value={Math.min(100, used)}
          color={TINT[row.status ?? ""] ?? "gray"}
          aria-label={`${Math.round(used)} % used`}
        />
        <Progress.Section
          value={Math.max(0, Math.min(100, ends) - Math.min(100, used))}
          color="var(--band)"
          aria-label={`${Math.round(ends)} % expected at its end`}
        />
      </Progress.Root>
      <Text size="sm" c="dimmed">
        {row.forecast === null
          ? "no forecast yet"
          : `${money(row.forecast, row.currency)} expected, ${money(Math.abs(left), row.currency)} ${left < 0 ? "over" : "left"}`}
        {" · "}
        {day(row.period_start, true)} – {day(row.period_end === null ? null : plus(row.period_end, -1), true)}
      </Text>
    </Card>
  );
}
