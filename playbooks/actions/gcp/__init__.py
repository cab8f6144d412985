"""Google Cloud: instances and disks of Compute Engine, by its REST interface. No emulator of it exists."""

from playbooks.actions.gcp import disks, machines

ACTIONS = (*machines.ACTIONS, *disks.ACTIONS)
