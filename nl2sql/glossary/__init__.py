"""What words of cloud cost mean, for those who ask for a word and not for an amount."""
