"""Playbooks, their schema, the rules of approval, the life of a remediation, the actions."""
