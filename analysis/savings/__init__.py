"""What an applied change saved, held against the bill: the verdict and how sure it is."""
