import { AppShell, Badge, Burger, Group, Skeleton, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";

import { proposalsQuery } from "../api/approvals";
import type { Me } from "../api/queries";
import { operates } from "../me";
import { Icon } from "./icons";
import { LinkNav } from "./links";

const Person = lazy(async () => ({ default: (await import("./Person")).Person }));

const PLACES = [
  { to: "/", label: "Overview", exact: true },
  { to: "/explore", label: "Explore", exact: false },
  { to: "/ask", label: "Ask", exact: false },
  { to: "/anomalies", label: "Anomalies", exact: false },
  { to: "/savings", label: "Savings", exact: false },
  { to: "/approvals", label: "Approvals", exact: false },
  { to: "/budgets", label: "Budgets", exact: false },
  { to: "/showback", label: "Showback", exact: false },
  { to: "/admin", label: "Admin", exact: false },
] as const;

/** How many plans wait for me; nothing while there are none. */
function Mine() {
  const { data } = useQuery(proposalsQuery("proposed"));
  const count = (data?.items ?? []).filter((one) => one.may_approve).length;
  if (count === 0) return null;
  return (
    <Badge size="sm" circle={count < 10} aria-label={`${count} wait for you`}>
      {count}
    </Badge>
  );
}

export function Shell({ me }: { me: Me }) {
  const place = useLocation({ select: (at) => at.pathname });
  useEffect(() => {
    const here = PLACES.findLast(({ to }) => place.startsWith(to))?.label ?? "Overview";
    document.title = `${place === "/" ? "Overview" : here} · FinOps`;
  }, [place]);
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
            <span className="brand">
              <Icon of="Anomalies" />
              FinOps
            </span>
            <Text c="dimmed" visibleFrom="sm">
              {me.organisation}
            </Text>
          </Group>
          <Suspense fallback={<Skeleton height={30} width={110} />}>
            <Person me={me} />
          </Suspense>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" component="nav" aria-label="Pages">
        {PLACES.filter(({ to }) => to !== "/admin" || operates(me)).map((place) => (
          <LinkNav
            key={place.to}
            to={place.to}
            label={place.label}
            leftSection={<Icon of={place.label} />}
            rightSection={place.to === "/approvals" ? <Mine /> : undefined}
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
