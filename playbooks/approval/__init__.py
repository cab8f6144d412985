"""Who may approve what, and the life of a remediation."""
