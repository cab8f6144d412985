"""Messages in Slack that follow the state of something: of an insight, a proposal, a note."""
