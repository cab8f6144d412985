"""The translator that asks a language model; the guard checks its SQL like any other."""
