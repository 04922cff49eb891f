"""The commands of `flux`, by subject; each imports only what it needs, so that a small question gets a quick answer."""
