"""What a new local cloud shows: titles of the project's own making, with records that are true. All of it is CC0."""
