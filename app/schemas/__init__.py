"""The wire shape of each noun, once: validates input, shapes output, documents the API."""
