"""Reading back: status, why, health."""
