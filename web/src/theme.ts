import { Badge, Card, createTheme, type MantineColorsTuple, NavLink } from "@mantine/core";

const pine: MantineColorsTuple = [
  "#e9f7f4",
  "#d3ece7",
  "#a5d9cf",
  "#73c5b5",
  "#4ab4a0",
  "#2fa992",
  "#1a8f7b",
  "#0f766e",
  "#0b5f59",
  "#064944",
];

export const theme = createTheme({
  primaryColor: "pine",
  primaryShade: { light: 7, dark: 7 },
  colors: { pine },
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  respectReducedMotion: true,
  autoContrast: true,
  components: {
    Card: Card.extend({ defaultProps: { radius: "lg" }, styles: { root: { boxShadow: "var(--shade)" } } }),
    NavLink: NavLink.extend({ styles: { root: { borderRadius: "var(--mantine-radius-md)" } } }),
    Badge: Badge.extend({ defaultProps: { radius: "sm" } }),
  },
});

export const SERIES = 8;

/** The colour of the n-th group, the same in every chart and table of a view. */
export function colour(index: number): string {
  return index < SERIES ? `var(--series-${index + 1})` : "var(--series-rest)";
}
