"""From a checked query to an answer: rows, headline, reasons, presentation."""
