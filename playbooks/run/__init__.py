"""Running an approved remediation: claim, re-check, record, act, verify, recover."""
