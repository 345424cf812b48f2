"""Answers to first questions, from articles: what a job does beside everything."""
