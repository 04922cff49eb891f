"""The ten nodes of the conversation graph, one file each."""
