"""The five older protocols, each as a client of its document knows it."""
