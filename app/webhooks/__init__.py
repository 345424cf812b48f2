"""Other programs: what they are told, which a job does beside everything, and what they say."""
