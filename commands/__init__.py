"""The commands of `finops`, a file for each thing that they command; every command imports its room when it runs."""
