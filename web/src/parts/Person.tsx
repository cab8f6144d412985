import { Button, Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";

import { type Me, useSignOut } from "../api/queries";

/** Who I am, and what goes for me everywhere. */
export function Person({ me }: { me: Me }) {
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
