"""The one way to the network: guarded, polite, archived."""
