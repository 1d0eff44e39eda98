"""One process tree on this machine: Prefect's server, its worker, and the fork server that starts runs
quickly."""
