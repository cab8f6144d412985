import { Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ComponentType } from "react";

import { useMe } from "../me";
import { AuditTab } from "../parts/admin/Audit";
import { BillsTab } from "../parts/admin/Bills";
import { HealthTab } from "../parts/admin/Health";
import { PeopleTab } from "../parts/admin/People";
import { TagsTab } from "../parts/admin/Tags";
import { type Tab, TABS } from "../search";

const SHOWN: Record<Tab, ComponentType> = {
  bills: BillsTab,
  tags: TagsTab,
  people: PeopleTab,
  audit: AuditTab,
  health: HealthTab,
};
const ADMIN: Tab[] = ["people", "audit"];
const WHOLE: Tab[] = ["tags"];

/** What an operator looks after; people and the audit log are for admins, shares of all cost for who sees all of it. */
export function AdminPage() {
  const me = useMe();
  const { tab } = useSearch({ from: "/admin" });
  const navigate = useNavigate({ from: "/admin" });
  const admin = me.roles.includes("admin");
  const tabs = (Object.keys(TABS) as Tab[]).filter(
    (one) => (admin || !ADMIN.includes(one)) && (me.sees_all || !WHOLE.includes(one)),
  );
  const current = tab ?? "bills";
  const Shown = SHOWN[current];
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h2">
            Admin
          </Title>
          <Text c="dimmed">Bills, tags, people, the audit log, and how the product itself is</Text>
        </div>
        <div className="scroll">
          <SegmentedControl
            aria-label="Part"
            value={current}
            data={tabs.map((value) => ({ value, label: TABS[value] }))}
            onChange={(value) => void navigate({ search: { tab: value } })}
          />
        </div>
      </Group>
      <Shown />
    </Stack>
  );
}
