"""What was asked before: conversations, golden questions, feedback."""
