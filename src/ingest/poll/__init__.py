"""Feeds: bytes become entries, answers become the next state and intents, and rates decide who is polled
next."""
