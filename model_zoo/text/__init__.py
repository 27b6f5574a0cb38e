"""Text -> tokens -> words, with offsets into the text as typed."""
