"""What is made of past cost before a model sees it."""
