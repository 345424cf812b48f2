"""Who is asking: a login session, a token, a password. Every door asks here."""
