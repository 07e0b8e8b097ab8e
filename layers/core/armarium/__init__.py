"""Armarium: a serverless digital repository for libraries."""
