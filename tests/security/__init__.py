"""Attacks from outside: who may do what, what a payload may say, and what no input does."""
