"""Reports of one region, as a page for print and as PDF."""
