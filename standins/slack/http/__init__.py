"""The workspace's addresses: the Web API with its limits, sign-in, the page, and the control of tests."""
