"""The wire's own fields in a text: dateline, credit, signals, embargo, kind, lines that belong to no
article."""
