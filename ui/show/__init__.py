"""Results -> words and HTML, and how figures look. Pure: no Streamlit, no torch."""
