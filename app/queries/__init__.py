"""What only reads: inbox rows, history, customers, figures. One file a noun."""
