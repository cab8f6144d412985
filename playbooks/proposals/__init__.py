"""From what was found to a proposal: a frozen plan, or why there is none."""
