"""Reading the warehouse back: status, report, the history of one URL, gaps, the data dictionary."""
