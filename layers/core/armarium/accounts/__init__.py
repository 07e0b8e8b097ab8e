"""Who is asking: API keys, sign-in, sessions, roles."""
