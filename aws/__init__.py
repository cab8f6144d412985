"""AWS clients of the accounts that are looked at or acted on, and what they may not do."""
