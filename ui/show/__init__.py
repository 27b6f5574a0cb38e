"""Results -> words, HTML and plotly figures. Pure: no Streamlit, no torch."""
