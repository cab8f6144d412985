"""A stand-in for the organisation's AWS accounts, served on a loopback port:
real clients talk to it as they would to AWS.
"""
