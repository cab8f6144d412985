"""Daily and weekly digests."""
