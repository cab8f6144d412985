"""Questions about what is not a bill: budgets, forecasts, insights, prices and the like."""
