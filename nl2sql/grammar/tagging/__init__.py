"""From a question's words to terms."""
