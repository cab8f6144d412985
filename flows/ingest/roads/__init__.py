"""Where bills come from: files, folders, buckets."""
