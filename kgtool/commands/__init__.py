"""One module a command, each with one function `run` that returns an exit status."""
