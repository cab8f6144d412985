"""What a delivery does to what stands: files, sums and periods, put in place in one transaction."""
