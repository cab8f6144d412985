"""A door for other assistants: the Model Context Protocol, over HTTP beside the API and over stdio."""
