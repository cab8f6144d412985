"""Who calls the API: bearer tokens and OIDC."""
