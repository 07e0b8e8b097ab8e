"""The engine that is built in: tantivy, its segments in S3, on the function's scratch disk while they are read."""
