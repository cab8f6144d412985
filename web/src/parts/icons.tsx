// Twenty-four by twenty-four, drawn with one stroke: beside the words, never in their place.
const PATHS: Record<string, string> = {
  Overview: "M4 13h6V4H4zM14 20h6V10h-6zM4 20h6v-3H4zM14 6h6V4h-6z",
  Explore: "M4 20V10M10 20V4M16 20v-7M22 20H2",
  Ask: "M21 12a8 8 0 0 1-11.5 7.2L4 21l1.8-5.2A8 8 0 1 1 21 12z",
  Anomalies: "M2 12h4l3-8 5 16 3-8h5",
  Savings:
    "M12 3v18M16.5 7.5c-1-1.2-2.6-1.8-4.5-1.8-2.6 0-4.3 1.3-4.3 3.1 0 4.4 9 2 9 6.4 0 1.8-1.8 3.1-4.7 3.1-2.1 0-3.9-.7-5-2",
  Approvals: "M9 12l2.2 2.2L15.5 10M12 3l7.5 3v5.5c0 4.5-3.1 7.8-7.5 9.5-4.4-1.700-7.500-5-7.500-9.500V6z",
  Budgets: "M12 21a9 9 0 1 1 9-9h-9zM15 3.500a9 9 0 0 1 5.500 5.500H15z",
  Showback: "M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h7",
  Admin: "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4",
};

export function Icon({ of }: { of: string }) {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[of] ?? ""} />
    </svg>
  );
}
