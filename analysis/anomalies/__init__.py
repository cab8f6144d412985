"""Anomaly detection: pure, causal and incremental over arrays of cost series."""
