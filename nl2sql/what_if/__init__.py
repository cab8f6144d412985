"""Questions about what might be, where figures say it: a savings plan bought, a scope that grows, a budget passed."""
