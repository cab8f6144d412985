"""Forecasts, and the state of budgets."""
