"""The command line: reads arguments, calls, prints."""
