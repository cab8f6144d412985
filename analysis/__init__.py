"""Pure functions over arrays and values: anomalies, root cause, forecasts, waste, budgets, savings."""
