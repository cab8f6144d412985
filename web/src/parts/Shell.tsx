import {
  AppShell,
  Burger,
  Button,
  Group,
  Menu,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet } from "@tanstack/react-router";

import { type Me, useSignOut } from "../api/queries";
import { LinkNav } from "./links";

const PLACES = [
  { to: "/", label: "Overview", exact: true },
  { to: "/explore", label: "Explore", exact: false },
  { to: "/ask", label: "Ask", exact: false },
  { to: "/anomalies", label: "Anomalies", exact: false },
  { to: "/savings", label: "Savings", exact: false },
] as const;

function Person({ me }: { me: Me }) {
  const out = useSignOut();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button variant="default" size="xs">
          {me.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.roles.join(", ")} · {me.sees_all ? "all teams" : me.teams.join(", ") || "no team"}
        </Menu.Label>
        <Menu.Item
          onClick={() => {
            setColorScheme(dark ? "light" : "dark");
          }}
        >
          {dark ? "Light colours" : "Dark colours"}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          onClick={() => {
            out.mutate(false);
          }}
        >
          Sign out
        </Menu.Item>
        <Menu.Item
          onClick={() => {
            out.mutate(true);
          }}
        >
          Sign out everywhere
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function Shell({ me }: { me: Me }) {
  const [open, { toggle, close }] = useDisclosure(false);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 200, breakpoint: "sm", collapsed: { mobile: !open } }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <AppShell.Header px="md">
        <a className="skip" href="#content">
          To the content
        </a>
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Text fw={700}>FinOps</Text>
            <Text c="dimmed" visibleFrom="sm">
              {me.organisation}
            </Text>
          </Group>
          <Person me={me} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" component="nav" aria-label="Pages">
        {PLACES.map((place) => (
          <LinkNav
            key={place.to}
            to={place.to}
            label={place.label}
            activeOptions={{ exact: place.exact, includeSearch: false }}
            activeProps={{ active: true }}
            onClick={close}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
