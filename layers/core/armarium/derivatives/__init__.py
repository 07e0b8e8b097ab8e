"""What is made from a master: thumbnail, pyramid, text, technical metadata."""
