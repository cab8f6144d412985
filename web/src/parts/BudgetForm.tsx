import { Button, Group, NativeSelect, SimpleGrid, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { type StoredBudget, useSaveBudget } from "../api/planning";
import { words } from "../format";
import { useMe } from "../me";
import {
  budgetOf,
  type BudgetPeriod,
  type Draft,
  draftOf,
  isBudget,
  PERIODS_OF_BUDGETS,
  type ScopeKind,
  SCOPES,
} from "../planning";
import { Problem } from "./states";

interface Props {
  /** The budget that is changed; null for a new one. */
  stored: StoredBudget | null;
  /** Names the state that was read; undefined for a new one. */
  tag: string | null | undefined;
  onEdit?: () => void;
  onSaved: (name: string) => void;
}

/** What stands after a budget was saved; its form is replaced by one of the new state. */
export function Saved({ name }: { name: string }) {
  return (
    <Text size="sm" role="status" mt="xs">
      {name} is saved; it is evaluated now.
    </Text>
  );
}

/** A budget's fields; scope and currency are chosen once. */
export function BudgetForm({ stored, tag, onEdit, onSaved }: Props) {
  const me = useMe();
  const save = useSaveBudget(tag, onSaved);
  const [draft, setDraft] = useState<Draft>(() => draftOf(stored, me.currency));
  const [tried, setTried] = useState(false);
  const made = budgetOf(draft, stored);
  const wrong: Partial<Record<keyof Draft, string>> = tried && !isBudget(made) ? made : {};

  function set<Name extends keyof Draft>(name: Name, value: Draft[Name]) {
    onEdit?.();
    setDraft((now) => ({ ...now, [name]: value }));
  }
  function text(name: "name" | "value" | "amount" | "currency" | "thresholds" | "start" | "end", label: string) {
    return (
      <TextInput
        label={label}
        type={name === "start" || name === "end" ? "date" : "text"}
        inputMode={name === "amount" ? "decimal" : undefined}
        value={draft[name]}
        autoFocus={name === "name"}
        error={wrong[name]}
        maxLength={100}
        onChange={(event) => {
          set(name, event.currentTarget.value);
        }}
      />
    );
  }

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (isBudget(made)) save.mutate(made);
      }}
    >
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }}>
          {stored === null ? text("name", "Name") : null}
          {stored === null ? (
            <NativeSelect
              label="About"
              value={draft.kind}
              data={["everything", ...SCOPES]}
              onChange={(event) => {
                set("kind", event.currentTarget.value as ScopeKind | "everything");
              }}
            />
          ) : null}
          {stored === null && draft.kind !== "everything" ? text("value", `Which ${words(draft.kind)}`) : null}
          {text("amount", stored === null ? "Amount" : `Amount, ${stored.currency}`)}
          {stored === null ? text("currency", "Currency") : null}
          <NativeSelect
            label="Period"
            value={draft.period}
            data={[...PERIODS_OF_BUDGETS]}
            onChange={(event) => {
              set("period", event.currentTarget.value as BudgetPeriod);
            }}
          />
          {draft.period === "custom" ? text("start", "First day") : null}
          {draft.period === "custom" ? text("end", "Day after the last") : null}
          {text("thresholds", "Told at, per cent")}
        </SimpleGrid>
        <Switch
          label="What is left of a period is added to the next"
          checked={draft.rollover}
          onChange={(event) => {
            set("rollover", event.currentTarget.checked);
          }}
        />
        <Group>
          <Button type="submit" loading={save.isPending}>
            {stored === null ? "Make it" : "Save"}
          </Button>
        </Group>
        {save.isError ? <Problem error={save.error} /> : null}
      </Stack>
    </form>
  );
}
