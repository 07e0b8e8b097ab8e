"""What MARC and Dublin Core records say."""
