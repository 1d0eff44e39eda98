"""Links copies and classifies revisions. Pure: texts in, decisions with their scores out."""
