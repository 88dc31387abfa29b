"""Files as they come: CSV of any layout, workbooks, vector layers, zip archives."""
