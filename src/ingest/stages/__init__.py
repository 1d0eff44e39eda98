"""The path's stages: each joins one pure step to the edges it needs (network, archive, workers,
warehouse)."""
