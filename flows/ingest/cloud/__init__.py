"""What a cloud account is asked for: inventory, metrics, events, prices."""
