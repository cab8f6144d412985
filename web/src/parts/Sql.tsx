import { Button, Code, CopyButton, Group } from "@mantine/core";
import { useDisclosure, useId } from "@mantine/hooks";

/** The statement behind figures, folded away. */
export function Sql({ sql }: { sql: string }) {
  const [open, { toggle }] = useDisclosure(false);
  const id = useId();
  return (
    <div>
      <Group gap="xs">
        <Button variant="subtle" size="xs" onClick={toggle} aria-expanded={open} aria-controls={id}>
          {open ? "Hide SQL" : "Show SQL"}
        </Button>
        {open ? (
          <CopyButton value={sql}>
            {({ copied, copy }) => (
              <Button variant="subtle" size="xs" onClick={copy}>
                {copied ? "Copied" : "Copy"}
              </Button>
            )}
          </CopyButton>
        ) : null}
      </Group>
      <div id={id} hidden={!open}>
        <Code block>{sql}</Code>
      </div>
    </div>
  );
}
