"""The figures Flux promises, each measured by one command: `python -m bench.start`, `python -m bench.turn`, ..."""
