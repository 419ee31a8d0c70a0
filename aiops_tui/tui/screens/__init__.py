"""The screens over the panes: a sheet to read, a conversation, the palette."""
