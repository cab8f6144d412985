"""The rules on growth: how large values and results can become."""
