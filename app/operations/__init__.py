"""What changes things: one file a noun, one public function a verb, each one transaction."""
