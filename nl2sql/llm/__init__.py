"""The translator that asks a language model; what it writes is a draft that the guard checks like anybody's SQL."""
