import { Button, Card, Center, Stack, Text, Title } from "@mantine/core";

import { ApiError } from "../api/client";
import { Problem } from "../parts/states";

/** Back to where one wanted to go, after the provider has said who one is. */
export function signInAddress(other: boolean): string {
  const { pathname, search } = window.location;
  const to = encodeURIComponent(pathname + search);
  return `/auth/sign-in?to=${to}${other ? "&prompt=select_account" : ""}`;
}

export function SignIn({ error, again }: { error: unknown; again: () => void }) {
  const unknown = error instanceof ApiError && error.status === 401;
  return (
    <Center mih="100vh" p="md">
      <Card withBorder padding="xl" maw={440} w="100%" component="main">
        <Stack>
          <Title order={1} size="h2">
            FinOps
          </Title>
          <Text>What the cloud costs, what changed, and what can be saved. Sign in as you do in Slack.</Text>
          {unknown ? null : <Problem error={error} again={again} />}
          <Button component="a" href={signInAddress(false)} size="md">
            Sign in
          </Button>
          <Button component="a" href={signInAddress(true)} variant="subtle">
            Sign in as somebody else
          </Button>
        </Stack>
      </Card>
    </Center>
  );
}
