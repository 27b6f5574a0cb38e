"""Everything shared that touches Streamlit; pages import from here."""
