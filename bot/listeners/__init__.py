"""What Bolt calls: one file for each surface that people press or write on."""
