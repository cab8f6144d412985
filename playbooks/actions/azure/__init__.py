"""Azure: virtual machines and disks, by the Resource Manager's REST interface. No emulator of it exists."""

from playbooks.actions.azure import disks, machines

ACTIONS = (*machines.ACTIONS, *disks.ACTIONS)
