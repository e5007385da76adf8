"""Statistics for working-life research: frames in, frozen results out.

Knows nothing of the zone, of Streamlit or of files, so that a researcher can import it in any notebook.
"""
