"""From the workspace to the app: events and interactions, over Socket Mode or HTTP, and what the app may answer."""
