"""How readers get to see things: IIIF Image API 3, Presentation API 3, signed downloads."""
