"""Questions that need several steps: what is said for them, their steps, and the answer of sections they make."""
