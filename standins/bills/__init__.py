"""Made-up bills of a made-up retailer: three providers, thirteen months, the same bytes for the same seed."""
