import { Button, Group, Stack, Text } from "@mantine/core";
import { useRef, useState } from "react";

interface Props {
  label: string;
  /** What a screen reader says, where a label alone does not tell which. */
  name?: string;
  question: string;
  busy: boolean;
  onConfirm: () => void;
}

/** A button for what cannot be taken back: it asks first. */
export function Confirm({ label, name, question, busy, onConfirm }: Props) {
  const [asked, setAsked] = useState(false);
  const first = useRef<HTMLButtonElement>(null);

  function leave() {
    setAsked(false);
    first.current?.focus();
  }

  return (
    <Stack gap="xs" align="flex-start">
      <Button
        ref={first}
        size="xs"
        variant="default"
        loading={busy}
        aria-label={name}
        aria-expanded={asked}
        onClick={() => {
          setAsked(!asked);
        }}
      >
        {label}
      </Button>
      {asked ? (
        <Group gap="xs" role="group" aria-label={question}>
          <Text size="sm">{question}</Text>
          <Button
            size="xs"
            color="red"
            variant="light"
            onClick={() => {
              leave();
              onConfirm();
            }}
          >
            Yes
          </Button>
          <Button size="xs" variant="subtle" autoFocus onClick={leave}>
            No
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}
