"""Moves of a series: drifts, runs of days, peaks, and the episodes and stories they become."""
