import { Badge, Card, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { change, words } from "../format";

/** A change of cost: more is worse, and said by sign and word as well as by colour. */
export function Delta(props: { now: number | null; before: number | null; currency: string | null | undefined }) {
  const { direction, text } = change(props.now, props.before, props.currency);
  const tone = direction === "up" ? "worse" : direction === "down" ? "better" : undefined;
  return (
    <span className={tone === undefined ? "figures" : `figures ${tone}`}>
      {direction === "up" ? "▲ " : direction === "down" ? "▼ " : ""}
      {text}
    </span>
  );
}

export function Tile(props: { title: string; figure: ReactNode; children?: ReactNode }) {
  return (
    <Card withBorder p={{ base: "sm", sm: "lg" }} component="section" aria-label={props.title}>
      <Text size="sm" c="dimmed">
        {props.title}
      </Text>
      <div className="big figures">{props.figure}</div>
      <Text size="sm" component="div">
        {props.children}
      </Text>
    </Card>
  );
}

const COLOURS: Record<string, string> = {
  critical: "red",
  high: "orange",
  medium: "yellow",
  low: "gray",
  breached: "red",
  forecast_breach: "orange",
  warning: "yellow",
  ok: "teal",
  validated: "teal",
  partial: "yellow",
  missed: "orange",
  reversed: "red",
};

export function Tag({ children }: { children: string | null }) {
  const text = children ?? "unknown";
  return (
    <Badge variant="light" color={COLOURS[text] ?? "gray"} tt="none" fw={600} flex="none" miw="max-content">
      {words(text)}
    </Badge>
  );
}
