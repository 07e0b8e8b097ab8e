"""The child process that touches hostile bytes: bounded in memory, time and output, without credentials.

``python -m armarium.derivatives.workshop MASTER FOLDER LIMITS`` reads the master, leaves derivatives and
``findings.json`` in the folder, and knows nothing of the cloud. It may die of what it reads; what was found before then
is in the folder.
"""
