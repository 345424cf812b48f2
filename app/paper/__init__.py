"""What is drawn on paper: a page of ours as a PDF."""
