"""The local cloud: the deployed stack on this machine, on loopback, without Docker.

How it is used: ``docs/operators/local-cloud.md``.
"""
