"""What people press on the way from an alert to a change: fixes, proposals, recurring clean-ups."""
